import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Finding, missing, ok, warning } from './finding.ts';
import { attempt, isRoot, isWritable } from './trial.ts';

/** statfs(2), f_type: filesystems that an upperdir cannot be on, or should not be. */
const types = { overlay: 0x794c7630, nfs: 0x6969, tmpfs: 0x01021994 } as const;

const GIB = 1024 ** 3;

/** The state directory, or the closest directory above that exists: both are on one filesystem. */
function existing(path: string): string {
  return existsSync(path) || path === '/' ? path : existing(dirname(path));
}

function checkDirectory(root: string): Finding {
  const name = 'state';
  const at = existing(root);
  const elsewhere = 'TSSTEP_ROOT=/some/where, on a local disk';
  const why = 'images, layers and containers are kept there';
  if (isRoot() && !isWritable(at)) return missing(name, `${at} cannot be written to`, why, elsewhere);
  const { type } = statfsSync(at);
  if (type === types.overlay) {
    return missing(name, `${root} is on an overlay itself`, 'an overlay’s upperdir cannot be on another one', elsewhere);
  }
  if (type === types.nfs) return missing(name, `${root} is on NFS`, 'an overlay’s upperdir cannot be there', elsewhere);
  if (type === types.tmpfs) return warning(name, `${root} is on a tmpfs`, 'it takes memory, and a reboot clears it', elsewhere);
  return ok(name, at === root ? root : `${root}, not made yet`);
}

function checkSpace(root: string): Finding {
  const { bavail, bsize } = statfsSync(existing(root));
  const free = bavail * bsize;
  const what = `${(free / GIB).toFixed(1)} GiB free`;
  if (free >= GIB) return ok('disk', what);
  const why = 'images are unpacked there, and containers write there';
  return free < GIB / 16 ? missing('disk', what, why, `df -h ${existing(root)}`) : warning('disk', what, why, `df -h ${existing(root)}`);
}

/** In a mount namespace of its own, on the very filesystem that would be used. */
function checkOverlay(root: string): Finding {
  const name = 'overlayfs';
  const why = 'it stacks an image’s layers under a container’s own';
  const known = /\toverlay$/m.test(readFileSync('/proc/filesystems', 'utf8'));
  if (!isRoot()) return known ? ok(name, 'the kernel has it (not tried: that needs root)') : warning(name, 'it is not loaded', why, 'modprobe overlay');
  const at = mkdtempSync(join(existing(root), '.tsstep-doctor-'));
  try {
    for (const directory of ['lower', 'upper', 'work', 'merged']) mkdirSync(join(at, directory));
    const options = `lowerdir=${at}/lower,upperdir=${at}/upper,workdir=${at}/work`;
    const trial = attempt(['unshare', '--mount', 'mount', '-t', 'overlay', 'overlay', '-o', options, `${at}/merged`]);
    if (trial.works) return ok(name, `mounted one on ${existing(root)}`);
    const remedy = known ? 'TSSTEP_ROOT=/some/where, on a local disk; `dmesg | tail` says more' : 'modprobe overlay';
    return missing(name, trial.said, why, remedy);
  } finally {
    rmSync(at, { recursive: true, force: true });
  }
}

export function checkState(root: string): Finding[] {
  const directory = checkDirectory(root);
  const rest = directory.level === 'missing' ? [] : [checkOverlay(root)];
  return [directory, checkSpace(root), ...rest];
}
