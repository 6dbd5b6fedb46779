/** The kinds that tsstep performs itself, in the host's namespaces. */
import { randomBytes, randomInt } from 'node:crypto';
import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { deviceProgram } from '../cgroup/device-program.ts';
import { TsstepError } from '../errors.ts';
import { missingPart } from '../host/missing-part.ts';
import { holdStore } from '../image/store/hold.ts';
import { attachDeviceProgram } from '../kernel/bpf.ts';
import { inRoot } from '../kernel/fs.ts';
import { openpt, setWindowSize } from '../kernel/terminal.ts';
import type { Known, KnownNetwork } from '../known.ts';
import type { Progress } from '../machine.ts';
import { generateName } from '../names/generate.ts';
import { takeLease } from '../network/leases.ts';
import { joinNames } from '../network/members.ts';
import { isBuiltIn, knownNetwork } from '../network/network.ts';
import { findNetwork } from '../network/store.ts';
import type { HostAction, Operation } from '../operation.ts';
import { names } from '../paths.ts';
import { findRunning } from '../store/containers.ts';
import { findToJoin } from '../store/find-to-join.ts';
import { mountsFrom } from '../store/volumes.ts';
import { InitHandle } from './init-process.ts';
import type { MachineState } from './machine.ts';
import { lookUp, registryPerformers } from './pull.ts';
import { runTool } from './run-tool.ts';
import { share } from './share.ts';
import { undo } from './undo.ts';
import { copyUp, useVolume } from './volume.ts';

export interface PerformContext {
  known: Known;
  state: MachineState;
  progress: (progress: Progress) => void;
}

/** What the value becomes is JSON; the type of each is stated where it is known (core/known.ts). */
type Performer<K extends HostAction['kind']> = (
  action: Extract<Operation, { kind: K }>,
  context: PerformContext,
) => unknown;

export const hostPerformers: { [K in HostAction['kind']]: Performer<K> } = {
  getrandom: ({ bytes }) => randomBytes(bytes).toString('hex'),
  clock: () => new Date().toISOString(),
  'choose-name': ({ wanted }, { known }) => chooseName(known.host.root, wanted),
  'resolve-image': async (action, { known, state }) => {
    state.releaseStore ??= await holdStore(known.host.root);
    return await lookUp(known.host.root, action, () => state.registries.settings);
  },
  ...registryPerformers,
  'build-lab': async ({ reference }, { known }) => {
    // Seldom needed, and slow to load: only the first run of an image builds or unpacks.
    const { buildLab } = await import('../image/lab/lab.ts');
    return await buildLab(known.host.root, reference);
  },
  'unpack-layer': async ({ layer, to, partial }, { known, progress }) => {
    const { unpackLayer } = await import('../image/unpack/unpack.ts');
    const tell = (done: number, total: number) => progress({ done, total, unit: 'bytes' });
    return await unpackLayer(known.host.root, { layer, to, partial }, tell);
  },
  'find-container': ({ reference, option }, { known: { host } }) =>
    option === undefined
      ? findToJoin(host.root, reference, host.cgroups)
      : findRunning(host.root, reference, option),
  'find-mounts': (action, { known }) => mountsFrom(known.host.root, action),
  'find-missing': ({ path, required }) => {
    const topmost = missingPart(path);
    if (required && topmost !== null) throw noSource(path, topmost);
    return topmost;
  },
  'create-volume': ({ path, owner }, { known }) => useVolume(known.host.root, path, owner),
  'copy-up': (action) => copyUp(action),
  'spawn-init': async ({ pid }, { state }) => {
    state.init = new InitHandle(pid, state.spec.interactive && !state.spec.tty);
    return await state.init.ready();
  },
  command: async ({ argv, stdin }) => void (await runTool(argv, stdin)),
  share: (action, { known }) => share(known.host, action),
  'find-network': ({ reference }, { known }) => ownNetwork(known.host.root, reference),
  lease: (action, { known }) => takeLease(known.host, action),
  'join-names': (action, { known }) => joinNames(known.host, action),
  'take-back': async (action, { known, state }) => await undo(action.do, { known, ports: state.ports }),
  listen: ({ ip, port, protocol }, { state }) => state.ports.open(ip, port, protocol),
  'device-filter': ({ path, rules }) => attachDeviceProgram(path, deviceProgram(rules)),
  openpt: ({ pid, ptmx }, { state }) => {
    // /proc/PID/root is the container's root whatever is mounted in the way; in it, its own devpts answers.
    const root = `/proc/${pid}/root`;
    const { master, number } = inRoot(root, ptmx, {}, openpt);
    setWindowSize(master, process.stdout.rows ?? 24, process.stdout.columns ?? 80);
    state.master = master;
    return number;
  },
};

/** @throws TsstepError no-such-network */
function ownNetwork(root: string, reference: string): KnownNetwork {
  const network = findNetwork(root, reference);
  if (!isBuiltIn(network.name)) return knownNetwork(network);
  throw new TsstepError({
    code: 'network',
    what: `"${reference}" is the network ${network.name}`,
    why: 'docker’s own networks are asked for by their names',
    remedy: `--network ${network.name}`,
  });
}

function noSource(path: string, topmost: string): TsstepError {
  return new TsstepError({
    code: 'bad-mount',
    what: `--mount: the host has no ${path}`,
    why: path === topmost ? 'there is no such file or directory' : `not even ${topmost} exists`,
    remedy: `mkdir -p ${path}, or use -v, which makes it`,
  });
}

function chooseName(root: string, wanted: string | undefined): string {
  // A dangling link by design: it names a directory elsewhere.
  const taken = (name: string) => lstatSync(join(names(root), name), { throwIfNoEntry: false }) !== undefined;
  if (wanted === undefined) return generateName((below) => randomInt(below), taken);
  if (!taken(wanted)) return wanted;
  throw nameInUse(wanted);
}

export function nameInUse(name: string): TsstepError {
  return new TsstepError({
    code: 'name-in-use',
    what: `the name "${name}" is in use`,
    why: 'another container has it, running or not, and a name stands for one container',
    remedy: `tsstep rm ${name}, or choose another --name`,
  });
}
