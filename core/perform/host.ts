/** The kinds that tsstep performs itself, in the host's namespaces. */
import { randomBytes, randomInt } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deviceProgram } from '../cgroup/device-program.ts';
import { TsstepError } from '../errors.ts';
import { resolveImage } from '../image/resolve.ts';
import { attachDeviceProgram } from '../kernel/bpf.ts';
import { inRoot, openInRoot } from '../kernel/fs.ts';
import { openpt } from '../kernel/terminal.ts';
import type { Known } from '../known.ts';
import type { Progress } from '../machine.ts';
import { generateName } from '../names/generate.ts';
import { takeLease } from '../network/leases.ts';
import type { HostAction, Operation } from '../operation.ts';
import { names } from '../paths.ts';
import { findRunning } from '../store/containers.ts';
import { InitHandle } from './init-process.ts';
import type { MachineState } from './machine.ts';
import { runTool } from './run-tool.ts';
import { share } from './share.ts';

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
  'resolve-image': ({ reference }, { known }) => resolveImage(known.host.root, reference),
  'build-lab': async ({ reference }, { known }) => {
    // Seldom needed, and slow to load: only the first run of an image builds or unpacks.
    const { buildLab } = await import('../image/lab.ts');
    return await buildLab(known.host.root, reference);
  },
  'unpack-layer': async ({ layer, to, partial }, { known, progress }) => {
    const { unpackLayer } = await import('../image/unpack.ts');
    const tell = (done: number, total: number) => progress({ done, total, unit: 'bytes' });
    return await unpackLayer(known.host.root, { layer, to, partial }, tell);
  },
  'find-container': ({ reference, option }, { known }) => findRunning(known.host.root, reference, option),
  'create-volume': ({ path, owner }) => createVolume(path, owner),
  'copy-up': (action) => copyUp(action),
  'spawn-init': async ({ pid }, { state }) => {
    state.init = new InitHandle(pid, state.spec.interactive && !state.spec.tty);
    return await state.init.ready();
  },
  command: async ({ argv, stdin }) => void (await runTool(argv, stdin)),
  share: (action, { known }) => share(known.host, action),
  lease: ({ network, holder }, { known }) => takeLease(known.host.run, network, holder),
  listen: ({ ip, port, protocol }, { state }) => state.ports.open(ip, port, protocol),
  'write-attribute': ({ path, data }) => writeFileSync(path, data),
  'device-filter': ({ path, rules }) => attachDeviceProgram(path, deviceProgram(rules)),
  openpt: ({ pid, ptmx }, { state }) => {
    // /proc/PID/root is the container's root whatever is mounted in the way; in it, its own devpts answers.
    const root = `/proc/${pid}/root`;
    const { master, number } = inRoot(root, ptmx, {}, openpt);
    state.master = master;
    return number;
  },
};

function chooseName(root: string, wanted: string | undefined): string {
  const taken = (name: string) => existsSync(join(names(root), name));
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

/** `owner` marks who made it, so that only its maker's rollback removes it. */
function createVolume(path: string, owner: string): { path: string; fresh: boolean } {
  const data = join(path, '_data');
  if (!existsSync(data)) {
    mkdirSync(path, { recursive: true, mode: 0o701 });
    writeFileSync(join(path, 'owner'), owner);
    mkdirSync(data);
  }
  return { path: data, fresh: readdirSync(data).length === 0 };
}

/** `cp -a` keeps owners, modes, times, links and attributes; the source is resolved inside the image's root. */
async function copyUp({ root, target, to }: { root: string; target: string; to: string }): Promise<void> {
  const fd = openInRoot(root, target, { create: 'directory' });
  try {
    await runTool(['cp', '-a', '--no-target-directory', `/proc/${process.pid}/fd/${fd}/.`, to]);
  } finally {
    closeSync(fd);
  }
}
