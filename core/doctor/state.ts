import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { errnoOf } from '../kernel/errno.ts';
import { type Finding, missing, ok, warning } from './finding.ts';
import { loading } from './modules.ts';
import { elsewhere } from './platform/outside.ts';
import type { Platform } from './platform/recognize.ts';
import { usable } from './tools.ts';
import { attempt, isRoot, isWritable, type Verdict } from './trial.ts';

/** statfs(2), f_type: filesystems that an upperdir cannot be on, or should not be. */
const types = { overlay: 0x794c7630, nfs: 0x6969, tmpfs: 0x01021994 } as const;

const GIB = 1024 ** 3;
const KEPT = 'images, layers and containers are kept there';

/** The state directory, or the closest directory above that exists: both are on one filesystem. */
function existing(path: string): string {
  return existsSync(path) || path === '/' ? path : existing(dirname(path));
}

function checkDirectory(root: string, another: string): Finding {
  const name = 'state';
  const at = existing(root);
  if (isRoot() && !isWritable(at)) return missing(name, `${at} cannot be written to`, KEPT, another);
  const { type } = statfsSync(at);
  if (type === types.overlay) {
    return missing(
      name,
      `${root} is on an overlay itself`,
      'an overlay’s upperdir cannot be on another one',
      another,
    );
  }
  if (type === types.nfs)
    return missing(name, `${root} is on NFS`, 'an overlay’s upperdir cannot be there', another);
  if (type === types.tmpfs)
    return warning(name, `${root} is on a tmpfs`, 'it takes memory, and a reboot clears it', another);
  return ok(name, at === root ? root : `${root}, not made yet`);
}

function checkSpace(root: string): Finding {
  const { bavail, bsize } = statfsSync(existing(root));
  const free = bavail * bsize;
  const what = `${(free / GIB).toFixed(1)} GiB free`;
  if (free >= GIB) return ok('disk', what);
  const why = 'images are unpacked there, and containers write there';
  return free < GIB / 16
    ? missing('disk', what, why, `df -h ${existing(root)}`)
    : warning('disk', what, why, `df -h ${existing(root)}`);
}

const OVERLAY = 'overlayfs';
const LAYERS = 'it stacks an image’s layers under a container’s own';

/** In a mount namespace of its own, on the very filesystem that would be used. */
function checkOverlay(root: string, platform: Platform): Finding {
  const another = elsewhere(platform, root);
  const load = loading(['overlay'], platform.container !== undefined);
  const known = /\toverlay$/m.test(readFileSync('/proc/filesystems', 'utf8'));
  if (!isRoot())
    return known
      ? ok(OVERLAY, 'the kernel has it (not tried: that needs root)')
      : warning(OVERLAY, 'it is not loaded', LAYERS, load);
  if (!usable('unshare', 'mount')) return ok(OVERLAY, 'not tried: that needs unshare and mount');
  const at = makeTrialDirectory(existing(root));
  if ('errno' in at) {
    return missing('state', `no directory can be made in ${existing(root)}: ${at.errno}`, KEPT, another);
  }
  const trial = tryOverlay(at.path);
  if (trial.works) return ok(OVERLAY, `mounted one on ${existing(root)}`);
  const remedy = known ? `${another}; \`dmesg | tail\` says more` : load;
  return missing(OVERLAY, trial.said, LAYERS, remedy);
}

/** Some filesystems look writable and are not: /proc, or one that is full. */
function makeTrialDirectory(above: string): { path: string } | { errno: string } {
  try {
    return { path: mkdtempSync(join(above, '.tsstep-doctor-')) };
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === undefined) throw error;
    return { errno };
  }
}

function tryOverlay(at: string): Verdict {
  try {
    for (const directory of ['lower', 'upper', 'work', 'merged']) mkdirSync(join(at, directory));
    const options = `lowerdir=${at}/lower,upperdir=${at}/upper,workdir=${at}/work`;
    return attempt([
      'unshare',
      '--mount',
      'mount',
      '-t',
      'overlay',
      'overlay',
      '-o',
      options,
      `${at}/merged`,
    ]);
  } finally {
    rmSync(at, { recursive: true, force: true });
  }
}

export function checkState(root: string, platform: Platform): Finding[] {
  const directory = checkDirectory(root, elsewhere(platform, root));
  const rest = directory.level === 'missing' ? [] : [checkOverlay(root, platform)];
  return [directory, checkSpace(root), ...rest];
}
