/** `--volume [source:]target[:modes]`. */
import { resolve } from 'node:path';
import { cleanPath, isPropagation, type Propagation, parseTarget, parseVolumeName } from './target.ts';
import type { MountSpec } from './types.ts';
import { given, usageError } from './usage.ts';

const flag = '--volume';
const example = 'write [source:]target[:modes], like --volume /srv/data:/data:ro or --volume cache:/cache';

interface Modes {
  access?: string;
  label?: string;
  propagation?: string;
  copy?: string;
  consistency?: string;
}

/** Each mode and the question that it answers: docker takes one answer a question. */
function question(mode: string): keyof Modes | undefined {
  if (mode === 'ro' || mode === 'rw') return 'access';
  // SELinux labels: accepted and without effect, as docker's are where SELinux is off.
  if (mode === 'z' || mode === 'Z') return 'label';
  if (isPropagation(mode)) return 'propagation';
  if (mode === 'nocopy') return 'copy';
  // Only Docker Desktop's file sharing ever looked at these.
  if (mode === 'consistent' || mode === 'cached' || mode === 'delegated') return 'consistency';
  return undefined;
}

function parseModes(text: string, list: string): Modes {
  const modes: Modes = {};
  for (const mode of list.split(',')) {
    const key = question(mode);
    const known = 'known modes: ro, rw, z, Z, nocopy, rprivate and its kin: --volume /srv/data:/data:ro';
    if (!key) throw usageError(flag, text, `invalid mode ${JSON.stringify(mode)}`, known);
    if (modes[key] !== undefined)
      throw usageError(flag, text, `${modes[key]} and ${mode} contradict each other`, 'keep one of them');
    modes[key] = mode;
  }
  return modes;
}

/** `directory`: what `./` is relative to. */
export function parseVolume(text: string, directory: string): MountSpec {
  const parts = text.split(':');
  if (parts.some((part) => part === ''))
    throw usageError(flag, text, 'empty section between colons', example);
  if (parts.length > 3) throw usageError(flag, text, 'too many colons', example);
  const [first = '', second, list] = parts;
  if (second === undefined) {
    return { type: 'volume', target: parseTarget(flag, text, first), readOnly: false, noCopy: false };
  }
  if (list === undefined && second.split(',').every(question)) {
    throw usageError(
      flag,
      text,
      `${JSON.stringify(second)} is a mode, and an anonymous volume takes none`,
      example,
    );
  }
  const target = parseTarget(flag, text, second);
  const modes = list === undefined ? {} : parseModes(text, list);
  const readOnly = modes.access === 'ro';
  if (!/^[./]/.test(first)) {
    if (modes.propagation) {
      throw usageError(
        flag,
        text,
        `${modes.propagation} is for host directories, ${first} is a volume`,
        'leave the mode away',
      );
    }
    return {
      type: 'volume',
      source: parseVolumeName(flag, text, first),
      target,
      readOnly,
      noCopy: modes.copy !== undefined,
    };
  }
  if (modes.copy)
    throw usageError(
      flag,
      text,
      'nocopy is for volumes, nothing is copied to a host directory',
      'leave nocopy away',
    );
  return {
    type: 'bind',
    source: cleanPath(resolve(directory, first)),
    target,
    readOnly,
    ...given('propagation', modes.propagation as Propagation | undefined),
    // Docker makes the missing directory for --volume, but not for --mount.
    mustExist: false,
  };
}
