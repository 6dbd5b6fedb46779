/**
 * Things that containers share: the bridge, the NAT table, ip_forward, the parent cgroup. The first holder makes them, the
 * last one unmakes them, and every holder is a file named by its container, so that a killed tsstep's hold can be let go.
 *
 *     <run>/shares/<resource>/holders/<container id>
 *     <run>/shares/<resource>/saved           we are making it; old contents of the files that this overwrites, for `restore`
 *     <run>/shares/<resource>/made            and have made it whole
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { errnoOf, tolerating } from '../kernel/errno.ts';
import { withLock } from '../kernel/fs.ts';
import type { Places } from '../known.ts';
import type { OperationOf, ShareCheck, ShareStep } from '../operation.ts';
import { lock, shares } from '../paths.ts';
import { replaceFile } from '../replace-file.ts';
import type { UndoAction, UnmakeStep } from '../undo.ts';
import { runTool } from './run-tool.ts';

type Saved = Record<string, string>;
type Release = Extract<UndoAction, { kind: 'release' }>;

function paths(places: Pick<Places, 'run' | 'cgroupRun'>, resource: string) {
  const run = resource.startsWith('cgroup-') ? places.cgroupRun : places.run;
  const at = join(shares(run), resource);
  return {
    lock: lock(run),
    at,
    holders: join(at, 'holders'),
    saved: join(at, 'saved'),
    made: join(at, 'made'),
  };
}

async function exists(check: ShareCheck): Promise<boolean> {
  if ('argv' in check) {
    return await runTool(check.argv).then(
      () => true,
      () => false,
    );
  }
  if (!existsSync(check.path)) return false;
  return check.content === undefined || readFileSync(check.path, 'utf8').trim() === check.content;
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

/**
 * What a killed run has made halfway, or somebody has taken away in part (`nft flush ruleset`, which a reload of nftables does),
 * goes before it is made again.
 */
async function takeAway({ undo }: OperationOf<'share'>): Promise<void> {
  const steps = typeof undo !== 'string' && undo.do.kind === 'release' ? undo.do.unmake : [];
  for (const step of steps) if (step.kind === 'command') await unmake(step, {}).catch(ignoreGone);
}

/** Returns whether this container was the one that made it. */
export async function share(places: Places, action: OperationOf<'share'>): Promise<{ made: boolean }> {
  const { lock, holders, saved, made } = paths(places, action.resource);
  return await withLock(lock, async () => {
    mkdirSync(holders, { recursive: true });
    writeFileSync(join(holders, action.holder), '');
    const begun = existsSync(saved);
    // What somebody else had made before us is used, and left alone: no table or rule is anybody else's.
    const usable = begun ? existsSync(made) : !('argv' in action.check);
    if (usable && (await exists(action.check))) return { made: false };
    // On disk before the first step: whoever finds it after a kill knows that we made this, and what was there before.
    if (begun) await takeAway(action);
    else writeSaved(saved, action.make);
    for (const step of action.make) await make(step);
    writeFileSync(made, '');
    return { made: true };
  });
}

/** `/proc/sys/net/ipv4/conf/*\/forwarding`: the files that there are now. */
function expand(pattern: string): string[] {
  const [before = '', after] = pattern.split('*');
  if (after === undefined) return existsSync(pattern) ? [pattern] : [];
  return readdirSync(before).map((name) => `${before}${name}${after}`);
}

function writeSaved(file: string, steps: readonly ShareStep[]): void {
  const overwritten = steps.flatMap((step) =>
    step.kind === 'write' && step.save ? [step.path, ...(step.disturbs ?? []).flatMap(expand)] : [],
  );
  const saved: Saved = Object.fromEntries(overwritten.map((path) => [path, readFileSync(path, 'utf8')]));
  replaceFile(file, JSON.stringify(saved), { partial: `${file}.new`, mode: 0o644 });
}

function readSaved(file: string): Saved {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Saved) : {};
}

async function unmake(step: UnmakeStep, saved: Saved): Promise<void> {
  if (step.kind === 'command') await runTool(step.argv);
  else if (step.kind === 'rmdir') tolerating(['ENOENT', 'EBUSY', 'ENOTEMPTY'], () => rmdirSync(step.path));
  // The setting itself comes first, then what it has disturbed; an interface may be gone by now.
  else
    for (const [path, before] of Object.entries(saved))
      tolerating(['ENOENT'], () => writeFileSync(path, before));
}

/**
 * Lets go; the last holder unmakes what the first one made. A thing that somebody else made before us is left alone.
 * @param here false: the network namespace is gone, and only what is not in it is left to unmake
 */
export async function release(
  places: Pick<Places, 'run' | 'cgroupRun'>,
  action: Release,
  here = true,
): Promise<void> {
  const { lock, at, holders, saved: savedFile } = paths(places, action.resource);
  await withLock(lock, async () => {
    if (!existsSync(join(holders, action.holder))) return;
    const others = readdirSync(holders).filter((name) => name !== action.holder);
    if (others.length === 0) {
      const saved = existsSync(savedFile) ? readSaved(savedFile) : undefined;
      // An empty directory is nobody's: a tsstep of another network namespace may have made it and let go of it before us.
      const ours = action.unmake.filter((step) => saved !== undefined || step.kind === 'rmdir');
      const steps = ours.filter((step) => here || step.kind === 'rmdir');
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
