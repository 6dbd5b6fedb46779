/**
 * Things that containers share: the bridge, the NAT table, ip_forward, the parent cgroup. The first holder makes them, the
 * last one unmakes them, and every holder is a file named by its container, so that a killed tsstep's hold can be let go.
 *
 *     <run>/shares/<resource>/holders/<container id>
 *     <run>/shares/<resource>/saved           old contents of the files that making it overwrote, for `restore`
 */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { errnoOf, tolerating } from '../kernel/errno.ts';
import { withLock } from '../kernel/fs.ts';
import type { HostFacts } from '../known.ts';
import type { OperationOf, ShareCheck, ShareStep } from '../operation.ts';
import { lock, shares } from '../paths.ts';
import type { UndoAction, UnmakeStep } from '../undo.ts';
import { runTool } from './run-tool.ts';

type Saved = Record<string, string>;

function paths(host: Pick<HostFacts, 'run'>, resource: string) {
  const at = join(shares(host), resource);
  return { at, holders: join(at, 'holders'), saved: join(at, 'saved') };
}

function exists({ path, content }: ShareCheck): boolean {
  if (!existsSync(path)) return false;
  return content === undefined || readFileSync(path, 'utf8').trim() === content;
}

async function make(step: ShareStep): Promise<void> {
  if (step.kind === 'command') {
    await runTool(step.argv, step.stdin);
  } else if (step.kind === 'mkdir') {
    tolerating(['EEXIST'], () => mkdirSync(step.path));
  } else {
    writeFileSync(step.path, step.data, { flag: 'r+' });
  }
}

/** Returns whether this container was the one that made it. An empty `check.path`: the first holder makes it. */
export async function share(host: HostFacts, action: OperationOf<'share'>): Promise<{ made: boolean }> {
  const { holders, saved: savedFile } = paths(host, action.resource);
  return await withLock(lock(host.run), async () => {
    mkdirSync(holders, { recursive: true });
    const others = readdirSync(holders).filter((name) => name !== action.holder);
    writeFileSync(join(holders, action.holder), '');
    const there = action.check.path === '' ? others.length > 0 : exists(action.check);
    if (there) return { made: false };
    // On disk before the first step: whoever finds it after a kill knows that we made this, and what was there before.
    if (!existsSync(savedFile)) writeSaved(savedFile, action.make);
    for (const step of action.make) await make(step);
    return { made: true };
  });
}

function writeSaved(file: string, steps: readonly ShareStep[]): void {
  const overwritten = steps.flatMap((step) => (step.kind === 'write' && step.save ? [step.path] : []));
  const saved: Saved = Object.fromEntries(overwritten.map((path) => [path, readFileSync(path, 'utf8')]));
  writeFileSync(`${file}.new`, JSON.stringify(saved));
  renameSync(`${file}.new`, file);
}

function readSaved(file: string): Saved {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Saved) : {};
}

async function unmake(step: UnmakeStep, saved: Saved): Promise<void> {
  if (step.kind === 'command') await runTool(step.argv);
  else if (step.kind === 'rmdir') tolerating(['ENOENT', 'EBUSY', 'ENOTEMPTY'], () => rmdirSync(step.path));
  else {
    const before = saved[step.path];
    if (before !== undefined) tolerating(['ENOENT'], () => writeFileSync(step.path, before));
  }
}

/** Lets go; the last holder unmakes what the first one made. A thing that somebody else made before us is left alone. */
export async function release(
  host: Pick<HostFacts, 'run'>,
  action: Extract<UndoAction, { kind: 'release' }>,
): Promise<void> {
  const { at, holders, saved: savedFile } = paths(host, action.resource);
  await withLock(lock(host.run), async () => {
    if (!existsSync(join(holders, action.holder))) return;
    const others = readdirSync(holders).filter((name) => name !== action.holder);
    if (others.length === 0) {
      const saved = existsSync(savedFile) ? readSaved(savedFile) : undefined;
      // An empty directory is nobody's: a tsstep of another network namespace may have made it and let go of it before us.
      const steps = action.unmake.filter((step) => saved !== undefined || step.kind === 'rmdir');
      for (const step of steps) await unmake(step, saved ?? {}).catch(ignoreGone);
    }
    rmSync(join(holders, action.holder), { force: true });
    if (others.length === 0) rmSync(at, { recursive: true, force: true });
    removeEmpty(dirname(at));
  });
}

/** How ip, nft and iptables say that there is nothing to remove. */
export const GONE = /Cannot find device|No such (file|process|device)|does not exist|Bad rule/i;

/** The command that removes something fails when it is gone already, and that is what was wanted. */
function ignoreGone(error: unknown): void {
  const text = error instanceof Error ? error.message : String(error);
  const gone = GONE.test(text);
  if (!gone && errnoOf(error) !== 'ENOENT') throw error;
}

function removeEmpty(directory: string): void {
  tolerating(['ENOTEMPTY', 'ENOENT'], () => rmdirSync(directory));
}
