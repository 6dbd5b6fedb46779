/** `tsstep update`: other limits, written to the control group of a container that runs, and to its configuration. */
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { TsstepError } from '../../../core/errors.ts';
import { readHostFacts } from '../../../core/host/facts.ts';
import type { Operation } from '../../../core/operation.ts';
import type { Spec } from '../../../core/spec/types.ts';
import { type UpdateFlags, updatedSpec } from '../../../core/spec/update.ts';
import { given } from '../../../core/spec/usage.ts';
import type { Stage } from '../../../core/stage.ts';
import { driverOf } from '../../../core/stages/cgroups.ts';
import { withContainerLock } from '../../../core/store/container-lock.ts';
import {
  type Container,
  findContainer,
  isUp,
  readLocked,
  writeConfig,
} from '../../../core/store/containers.ts';
import { recordContainer } from '../../../core/store/lifecycle-log.ts';
import { isSameLife } from '../../../core/store/same-life.ts';
import { requireState } from '../../../core/store/states.ts';
import { changeBeside, hasEnded, knownOf } from '../../beside.ts';
import { quietFrontEnd } from '../../json/front-end.ts';
import { Stepping } from '../../stepping.ts';
import { whileNobodyElse } from '../../while-nobody-else.ts';
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
    const container = findContainer(root, reference);
    const { id } = container.config;
    const ended = await whileNobodyElse(root, container, 'limits', () => updateOne(root, id, flags));
    if (ended === 0 && flags.ui !== 'json') process.stdout.write(`${reference}\n`);
    code ||= ended;
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

/** Of what does not run there is only a configuration to change, and nobody can start it meanwhile. */
async function updateOne(root: string, id: string, flags: Flags): Promise<number> {
  const { container, spec } = await withContainerLock(root, id, () => {
    const found = readLocked(root, id);
    requireState(found, 'update');
    const wanted = updatedSpec(found.config.spec, flags, availableParallelism());
    if (!isUp(found.state)) save(root, found, wanted);
    return { container: found, spec: wanted };
  });
  return isUp(container.state) ? await updateRunning(root, container, spec, flags) : 0;
}

/** Nothing else of it: somebody may have renamed it. */
function save(root: string, { config }: Container, { resources, restart }: Spec): void {
  writeConfig(root, { ...config, spec: { ...config.spec, resources, ...given('restart', restart) } });
  recordContainer(root, config, 'update');
}

/** The kernel first: what it refuses is not written down. */
async function updateRunning(root: string, before: Container, spec: Spec, flags: Flags): Promise<number> {
  const { id } = before.config;
  const saveAfter = async () =>
    await withContainerLock(root, id, () => {
      const now = readLocked(root, id);
      if (!isSameLife(before.state, now.state)) throw hasEnded();
      save(root, now, spec);
    });
  const operations = writesOf(before, spec);
  if (operations.length === 0) {
    await saveAfter();
    return 0;
  }
  const request = {
    ...{ spec, known: knownOf(before), result: 'updated' as const, save: saveAfter },
    ...{ stepping: new Stepping(flags), faults: parseFaults(flags.inject) },
    frontEnd: await frontEndFor(flags, quietFrontEnd),
    eventFiles: eventTargets(flags),
    recordSecrets: false,
    argv: process.argv.slice(2),
  };
  return await changeBeside(request, stageOf(operations));
}

/** @throws TsstepError cgroup */
function writesOf({ config }: Container, spec: Spec): readonly Operation[] {
  const read = (path: string) => readFileSync(path, 'utf8').trim();
  const host = readHostFacts(process.env, spec);
  return driverOf(host).update(config.id, config.spec.resources, spec.resources, read);
}

const stageOf = (operations: readonly Operation[]): Stage => ({
  name: 'cgroups',
  summary: 'Write other limits to the control group, while its processes run.',
  plan: () => operations,
});
