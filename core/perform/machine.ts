import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { ReadStream } from 'node:tty';
import { failureOf, TsstepError } from '../errors.ts';
import { explain } from '../explain/explain.ts';
import { errnoOf, SyscallError } from '../kernel/errno.ts';
import { setWindowSize } from '../kernel/terminal.ts';
import { detach, seize, stoppedAtExec } from '../kernel/trace.ts';
import type { Known } from '../known.ts';
import type { ContainerStreams, Machine, Progress, RunningContainer } from '../machine.ts';
import type { HostAction, Json, Operation, Outcome } from '../operation.ts';
import type { Spec } from '../spec/types.ts';
import { readContainer } from '../store/containers.ts';
import type { UndoAction } from '../undo.ts';
import { whileItRuns } from './frozen.ts';
import type { PerformContext } from './host.ts';
import { hostPerformers } from './host.ts';
import type { InitDescriptors, InitHandle } from './init-process.ts';
import { HeldPorts } from './ports.ts';
import { Registries } from './registries.ts';
import { performShared } from './shared.ts';
import { undo } from './undo.ts';

/** What lives in this process only, and therefore dies with it: never needed by an undo that another process does. */
export interface MachineState {
  spec: Spec;
  ports: HeldPorts;
  registries: Registries;
  init?: InitHandle;
  /** Descriptor of the pseudo-terminal's master side. */
  master?: number;
  /** Lets go of the image store: from looking for the image until the container's configuration leads to it. */
  releaseStore?: (() => void) | undefined;
}

/** The real machine: this kernel. */
export class KernelMachine implements Machine {
  container: RunningContainer | undefined;
  readonly #state: MachineState;

  readonly #watched: boolean;
  #stopped: number | undefined;

  /** `watched`: the process stops at its first instruction after exec, or a short command is gone before anybody could look. */
  constructor(spec: Spec, { root, watched }: { root: string; watched: boolean }) {
    const registries = new Registries(root, spec.insecureRegistries ?? []);
    this.#state = { spec, ports: new HeldPorts(), registries };
    this.#watched = watched;
  }

  async perform(
    operation: Operation,
    known: Known,
    progress: (progress: Progress) => void,
  ): Promise<Outcome> {
    try {
      const value =
        operation.where === 'init'
          ? await this.#inInit(operation, known)
          : await this.#onHost(operation, { known, state: this.#state, progress });
      return { ok: true, value: (value ?? null) as Json };
    } catch (error) {
      return { ok: false, failure: failureFor(operation, error) };
    }
  }

  async undo(action: UndoAction, known: Known): Promise<void> {
    await undo(action, { known, ports: this.#state.ports });
  }

  release(): void {
    if (this.#stopped !== undefined) detach(this.#stopped);
    this.#stopped = undefined;
  }

  /** A machine that forbids tracing (a debugger has init already, or a security module) only loses the look at exec. */
  #seize(pid: number): boolean {
    try {
      seize(pid);
      return true;
    } catch {
      return false;
    }
  }

  hold(): void {
    this.#state.init?.hold();
  }

  ahead(operations: readonly Operation[], tell: (operation: Operation, progress: Progress) => void): void {
    const fetches = operations.filter((operation) => operation.kind === 'fetch-layer');
    this.#state.registries.ahead(fetches, tell);
  }

  close(): void {
    this.#state.registries.close();
  }

  async #onHost(operation: Operation, context: PerformContext): Promise<unknown> {
    this.#letGoOfStore(context.known);
    if (operation.kind in hostPerformers) {
      const perform = hostPerformers[operation.kind as HostAction['kind']] as (
        operation: Operation,
        context: PerformContext,
      ) => unknown;
      return await perform(operation, context);
    }
    return performShared(operation as Parameters<typeof performShared>[0]);
  }

  /** From now on the container speaks for its image: who removes images looks at all containers. */
  #letGoOfStore({ host, id }: Known): void {
    if (!this.#state.releaseStore || id === undefined || !readContainer(host.root, id)) return;
    this.#state.releaseStore();
    this.#state.releaseStore = undefined;
  }

  async #inInit(operation: Operation, known: Known): Promise<Json> {
    const { init } = this.#state;
    if (!init || !known.init) throw new Error(`"${operation.name}" is for init, and there is none yet`);
    const seized = operation.kind === 'execve' && this.#watched && this.#seize(known.init.pid);
    const { container } = known.peers ?? {};
    const reply = container
      ? await whileItRuns(init.perform(operation), known.host.cgroups, container)
      : await init.perform(operation);
    if (reply === undefined) {
      if (seized && (await stoppedAtExec(known.init.pid))) this.#stopped = known.init.pid;
      this.container = this.#runs(known.init.pid, init);
      return 0;
    }
    if (reply.ok) return reply.value;
    throw 'failure' in reply ? new TsstepError(reply.failure) : new SyscallError(reply.call, reply.errno);
  }

  #runs(pid: number, init: InitHandle): RunningContainer {
    const { master, ports } = this.#state;
    let streams: ContainerStreams | undefined;
    return {
      pid,
      exited: init.exited,
      // Not before somebody wants them: a stream reads ahead, and what it has read is lost to another process.
      get streams() {
        streams ??= master === undefined ? pipes(init.descriptors) : terminal(master);
        return streams;
      },
      descriptors: {
        ...init.descriptors,
        ...(master !== undefined && { terminal: master }),
        held: ports.descriptors,
      },
    };
  }
}

const pipes = ({ stdin, stdout, stderr }: InitDescriptors): ContainerStreams => ({
  stdout: new Socket({ fd: stdout, writable: false }),
  stderr: new Socket({ fd: stderr, writable: false }),
  ...(stdin !== undefined && { stdin: new Socket({ fd: stdin, readable: false }) }),
});

const terminal = (master: number): ContainerStreams => ({
  terminal: {
    stream: new ReadStream(master) as Duplex,
    resize: (rows, columns) => setWindowSize(master, rows, columns),
  },
});

/** What the kernel said, explained for this operation; what a person can read already stays as it is. */
function failureFor(operation: Operation, error: unknown) {
  const errno = errnoOf(error);
  if (error instanceof TsstepError || errno === undefined) return failureOf(error);
  const call =
    error instanceof SyscallError ? error.call : ((error as NodeJS.ErrnoException).syscall ?? operation.kind);
  return explain(operation, call, errno);
}
