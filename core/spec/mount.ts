/** `--mount type=bind|volume|tmpfs,key=value,…`: one line of CSV, as docker reads it. */
import { resolve } from 'node:path';
import { csvFields } from './csv.ts';
import { formatSize, parseSize } from './size.ts';
import {
  cleanPath,
  isPropagation,
  type Propagation,
  parseTarget,
  parseVolumeName,
  propagations,
} from './target.ts';
import type { MountSpec } from './types.ts';
import { given, usageError } from './usage.ts';

const flag = '--mount';
const example = 'write --mount type=bind,src=/srv/data,dst=/data,readonly';

/** Each key, the name that it goes by here, and the mount type it belongs to. */
const keys: Readonly<Record<string, { name: string; only?: string; boolean?: true }>> = {
  type: { name: 'type' },
  source: { name: 'source' },
  src: { name: 'source' },
  target: { name: 'target' },
  dst: { name: 'target' },
  destination: { name: 'target' },
  readonly: { name: 'readonly', boolean: true },
  ro: { name: 'readonly', boolean: true },
  // Only Docker Desktop ever looked at it.
  consistency: { name: 'consistency' },
  'bind-propagation': { name: 'propagation', only: 'bind' },
  'bind-create-src': { name: 'create', only: 'bind', boolean: true },
  'volume-nocopy': { name: 'nocopy', only: 'volume', boolean: true },
  'tmpfs-size': { name: 'size', only: 'tmpfs' },
  'tmpfs-mode': { name: 'mode', only: 'tmpfs' },
};

function parseFields(text: string): Record<string, string> {
  const fields = csvFields(text.trim());
  if (text.trim() === '' || !fields) throw usageError(flag, text, 'it is not a list of key=value', example);
  const found: Record<string, string> = {};
  const used: string[] = [];
  for (const field of fields) {
    const equals = field.indexOf('=');
    const typed = equals < 0 ? field : field.slice(0, equals);
    const key = Object.hasOwn(keys, typed.toLowerCase()) ? keys[typed.toLowerCase()] : undefined;
    if (!key)
      throw usageError(
        flag,
        text,
        `unknown option ${JSON.stringify(typed)}`,
        `known: ${Object.keys(keys).join(', ')}`,
      );
    if (equals < 0 && !key.boolean)
      throw usageError(flag, text, `${typed} must be a key=value pair`, example);
    const value = equals < 0 ? 'true' : field.slice(equals + 1);
    if (value.trim() === '') throw usageError(flag, text, `the value of ${typed} is empty`, example);
    if (value.trim() !== value)
      throw usageError(flag, text, `the value of ${typed} has white space around it`, example);
    if (key.boolean && !/^(true|false|0|1)$/.test(value)) {
      throw usageError(flag, text, `${typed} is true or false, not ${JSON.stringify(value)}`, example);
    }
    if (key.only) used.push(`${key.only} ${typed}`);
    found[key.name] = value;
  }
  const type = (found.type ?? 'volume').toLowerCase();
  for (const one of used) {
    const [only, typed] = one.split(' ');
    if (only !== type)
      throw usageError(
        flag,
        text,
        `${typed} is for type=${only}, this is type=${type}`,
        `leave ${typed} away`,
      );
  }
  return { ...found, type };
}

/** `directory`: what `./` is relative to. */
export function parseMount(text: string, directory: string): MountSpec {
  const found = parseFields(text);
  if (found.target === undefined) throw usageError(flag, text, 'target is required', example);
  const target = parseTarget(flag, text, found.target);
  const readOnly = isTrue(found.readonly);
  switch (found.type) {
    case 'bind':
      return {
        type: 'bind',
        source: parseSource(text, found.source, directory),
        target,
        readOnly,
        ...given('propagation', parsePropagation(text, found.propagation)),
        mustExist: !isTrue(found.create),
      };
    case 'volume': {
      const source = found.source === undefined ? undefined : parseVolumeName(flag, text, found.source);
      return { type: 'volume', ...given('source', source), target, readOnly, noCopy: isTrue(found.nocopy) };
    }
    case 'tmpfs':
      if (found.source !== undefined) throw usageError(flag, text, 'a tmpfs has no source', 'leave src away');
      return { type: 'tmpfs', target, readOnly, options: tmpfsOptions(text, found.size, found.mode) };
    default:
      throw usageError(
        flag,
        text,
        `mount type ${JSON.stringify(found.type)} is not supported`,
        'use type=bind, volume or tmpfs',
      );
  }
}

const isTrue = (value: string | undefined) => value === 'true' || value === '1';

function parseSource(text: string, source: string | undefined, directory: string): string {
  if (source === undefined) throw usageError(flag, text, 'a bind mount needs a source', example);
  if (!/^[./]/.test(source)) {
    throw usageError(
      flag,
      text,
      `mount path ${JSON.stringify(source)} must be absolute`,
      'write the absolute path, or start it with ./',
    );
  }
  return cleanPath(resolve(directory, source));
}

function parsePropagation(text: string, value: string | undefined): Propagation | undefined {
  const mode = value?.toLowerCase();
  if (mode === undefined || isPropagation(mode)) return mode;
  throw usageError(
    flag,
    text,
    `invalid propagation mode ${JSON.stringify(value)}`,
    `use one of ${propagations.join(', ')}`,
  );
}

/** In the words of mount(8) and tmpfs(5), as --tmpfs takes them. */
function tmpfsOptions(text: string, size: string | undefined, mode: string | undefined): string {
  const options: string[] = [];
  if (mode !== undefined) {
    if (!/^[0-7]{1,4}$/.test(mode))
      throw usageError(flag, text, `tmpfs-mode ${mode} is not octal`, 'write it like tmpfs-mode=1777');
    options.push(`mode=${mode}`);
  }
  const bytes =
    size === undefined
      ? 0
      : parseSize('--mount tmpfs-size', size, '--mount type=tmpfs,dst=/data,tmpfs-size=64m');
  if (bytes > 0) options.push(`size=${formatSize(bytes)}`);
  return options.join(',');
}
