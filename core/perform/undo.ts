/** Taking operations back. Each one finds what it removes by name and identity, and finding nothing is success. */
import { existsSync, lstatSync, readdirSync, readlinkSync, rmdirSync, rmSync, unlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { thaw } from '../cgroup/freezer.ts';
import { removeCgroups } from '../cgroup/remove.ts';
import { TsstepError } from '../errors.ts';
import { mountPoints } from '../host/mountinfo.ts';
import { tolerating } from '../kernel/errno.ts';
import { umount } from '../kernel/mount.ts';
import type { Known } from '../known.ts';
import { releaseLease } from '../network/leases.ts';
import { leaveNames } from '../network/members.ts';
import type { UndoAction } from '../undo.ts';
import { killInit } from './kill-init.ts';
import type { HeldPorts } from './ports.ts';
import { runTool } from './run-tool.ts';
import { GONE, release } from './share.ts';
import { removeVolume } from './volume.ts';

export interface UndoContext {
  known: Known;
  /** The listening sockets of this process; none when another process cleans up. */
  ports?: HeldPorts;
  /** The network namespace that the run was in is gone: links, addresses and rules are gone with it. */
  networkGone?: boolean;
}

const undoers: {
  [K in UndoAction['kind']]: (
    action: Extract<UndoAction, { kind: K }>,
    context: UndoContext,
  ) => Promise<void> | void;
} = {
  umount: ({ target }) => {
    // Twice: what was mounted over it by a confused second try has to go as well. EINVAL: nothing is mounted there.
    const mounted = () => mountPoints().includes(target);
    for (let i = 0; i < 2 && mounted(); i++)
      tolerating(['EINVAL', 'ENOENT'], () => umount(target, ['MNT_DETACH']));
  },
  'remove-tree': ({ path }) => removeTree(path),
  unlink: ({ path, target }) => {
    // A container that was renamed has its name's link beside the one that was made.
    const links = tolerating(['ENOENT'], () => readdirSync(dirname(path))) ?? [];
    for (const link of links.map((name) => join(dirname(path), name)))
      if (tolerating(['ENOENT', 'EINVAL'], () => readlinkSync(link)) === target)
        tolerating(['ENOENT'], () => unlinkSync(link));
  },
  command: async ({ argv, stdin }, { networkGone }) => {
    if (networkGone) return;
    await runTool(argv, stdin).catch((error: unknown) => {
      if (!GONE.test(String(error))) throw error;
    });
  },
  release: (action, { known, networkGone }) => release(known.host, action, !networkGone),
  'leave-names': ({ network, holder }, { known }) => leaveNames(known.host, network, holder),
  'release-lease': ({ network, holder }, { known }) => releaseLease(known.host.run, network, holder),
  'close-port': ({ ip, port, protocol }, { ports }) => ports?.close(ip, port, protocol),
  'remove-cgroup': ({ paths }, { known: { host, id } }) =>
    removeCgroups(paths, () => void (id && thaw(host.cgroups, id))),
  'remove-volume': (action, { known }) => removeVolume(known.host.root, action),
  'remove-made': ({ path, topmost }) => {
    for (let at = path; at === topmost || at.startsWith(`${topmost}/`); at = dirname(at))
      tolerating(['ENOENT', 'ENOTEMPTY'], () => rmdirSync(at));
  },
  'kill-init': async (_, { known }) => {
    await killInit(known);
  },
};

/** @throws whatever keeps the thing from going away; never because it is gone already */
export async function undo(action: UndoAction, context: UndoContext): Promise<void> {
  const undoer = undoers[action.kind] as (action: UndoAction, context: UndoContext) => Promise<void> | void;
  await undoer(action, context);
}

/** Refuses to descend into something that is still mounted there: that could be the host's own files. */
function removeTree(path: string): void {
  if (!existsSync(path)) return;
  const parent = lstatSync(dirname(path)).dev;
  const below = () => mountPoints().filter((at) => at === path || at.startsWith(`${path}/`));
  for (const at of below().reverse()) tolerating(['EINVAL', 'ENOENT'], () => umount(at, ['MNT_DETACH']));
  if (below().length > 0) throw stillMounted(path);
  if (lstatSync(path).dev === parent) rmSync(path, { recursive: true, force: true });
  else rmdirSync(path);
}

function stillMounted(path: string): TsstepError {
  return new TsstepError({
    code: 'bad-mount',
    what: `${path} is not removed`,
    why: 'something is mounted below it, and removing would go into that',
    remedy: `findmnt --submounts ${path}; umount what is there, then tsstep clean`,
  });
}
