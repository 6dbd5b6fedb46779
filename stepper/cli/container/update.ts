import { availableParallelism } from 'node:os';
import { TsstepError } from '../../../core/errors.ts';
import { type UpdateFlags, updatedSpec } from '../../../core/spec/update.ts';
import { withContainerLock } from '../../../core/store/container-lock.ts';
import { findContainer, isUp, readLocked, writeConfig } from '../../../core/store/containers.ts';
import { recordContainer } from '../../../core/store/lifecycle-log.ts';
import { requireState } from '../../../core/store/states.ts';
import { quietFrontEnd } from '../../json/front-end.ts';
import { Stepping } from '../../stepping.ts';
import { updateCgroup } from '../../update.ts';
import { frontEndFor } from '../front-end.ts';
import { forEach, openStateAsRoot } from '../state.ts';
import { eventTargets, parseFaults, type WatchFlags } from '../stepping-flags.ts';

type Flags = UpdateFlags & WatchFlags;

/** Prints each name. @throws TsstepError usage, not-root */
export async function update(references: readonly string[], flags: Flags): Promise<number> {
  const { root } = openStateAsRoot('update');
  refuseNothing(flags);
  let code = 0;
  const failed = await forEach(references, async (reference) => {
    const { id } = findContainer(root, reference).config;
    code ||= await withContainerLock(root, id, () => updateOne(root, id, reference, flags));
  });
  return failed || code;
}

function refuseNothing({ memory, memorySwap, cpus, cpuShares, cpusetCpus, pidsLimit, restart }: Flags): void {
  const given = [memory, memorySwap, cpus, cpuShares, cpusetCpus, pidsLimit, restart];
  if (given.some((value) => value !== undefined)) return;
  throw new TsstepError({
    code: 'usage',
    what: 'you must provide one or more flags when using this command',
    why: 'without one there is nothing to change',
    remedy: 'write tsstep update --memory 64m NAME',
    exit: 1,
  });
}

/** The kernel first: what it refuses is not written down. */
async function updateOne(root: string, id: string, reference: string, flags: Flags): Promise<number> {
  const container = readLocked(root, id);
  requireState(container, 'update');
  const { config, state } = container;
  const spec = updatedSpec(config.spec, flags, availableParallelism());
  if (isUp(state)) {
    const request = {
      ...{ spec, container: id, stepping: new Stepping(flags), faults: parseFaults(flags.inject) },
      frontEnd: await frontEndFor(flags, quietFrontEnd),
      eventFiles: eventTargets(flags),
      recordSecrets: false,
      argv: process.argv.slice(2),
    };
    const code = await updateCgroup(request, config.spec.resources);
    if (code !== 0) return code;
  }
  writeConfig(root, { ...config, spec });
  recordContainer(root, config, 'update');
  if (flags.ui !== 'json') process.stdout.write(`${reference}\n`);
  return 0;
}
