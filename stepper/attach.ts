/** Between the person's terminal and the process of a container that this tsstep keeps: bytes, window size, signals. */
import { constants } from 'node:os';
import { StringDecoder } from 'node:string_decoder';
import { tolerating } from '../core/kernel/errno.ts';
import type { Exit, RunningContainer } from '../core/machine.ts';
import type { Spec } from '../core/spec/types.ts';
import { ContainerInput } from '../core/supervisor/input.ts';
import { type Keeper, outputRead } from '../core/supervisor/keeper.ts';
import { ContainerOutput, type OutputSink } from '../core/supervisor/output.ts';
import type { EventStream } from './session/event-stream.ts';
import { followSize, rawTerminal } from './terminal/screen.ts';
import { showOutput } from './terminal/show-output.ts';
import { ending, forwarded, forwardSignals } from './terminal/signals.ts';
import { passTyped } from './terminal/typed.ts';

export interface AttachOptions {
  container: RunningContainer;
  spec: Pick<Spec, 'interactive' | 'pid' | 'joins'>;
  /** Nothing of this process's standard input is passed on: `start -a` without `-i`. */
  deaf?: boolean;
  /** What was read from standard input ahead of the container's start and is meant for it. */
  ahead: Buffer;
  /** Output goes into the event stream as well. */
  record: EventStream | undefined;
  /** Output goes to this process's stdout and stderr. */
  show: boolean;
  /** A signal ends the attachment instead of reaching the process, as with docker's `exec`; or the process, with its group. */
  signals?: 'leave' | 'kill';
  /** Has the log and the socket; it listens already, and its output has not been started. Absent: there is neither. */
  keeper?: Keeper | undefined;
}

/**
 * @returns how the container's process ended, after all its output has been passed on; undefined: the detach keys were typed, the
 *   person's terminal is as before, and the container runs on: its output has to go somewhere else (`ContainerOutput.handOver`)
 */
export function attach(options: AttachOptions & { detachKeys: Buffer }): Promise<Exit | undefined>;
export function attach(options: AttachOptions): Promise<Exit>;
export async function attach({
  container,
  spec,
  deaf = false,
  ahead,
  record,
  show,
  signals,
  keeper,
  detachKeys,
}: AttachOptions & { detachKeys?: Buffer }): Promise<Exit | undefined> {
  const { streams } = container;
  const { stdin, terminal } = streams;
  const output = keeper?.output ?? new ContainerOutput(streams);
  const input = keeper ? keeper.input : stdin || terminal ? new ContainerInput(streams, true) : undefined;
  const finishers: (() => void)[] = [];
  if (record) finishers.push(output.add(recorder(record)));
  if (show) finishers.push(output.add(showOutput), closeWithReader(output));
  let detached: () => void = () => undefined;
  const detaching = new Promise<undefined>((resolve) => {
    detached = () => resolve(undefined);
  });
  output.start();
  if (terminal) finishers.push(followSize(terminal.resize));
  const types = spec.interactive && !deaf;
  if (terminal && types) finishers.push(rawTerminal());
  // A container without -i has a terminal all the same; nothing is typed into it.
  if (input && types) {
    const detach = detachKeys && terminal ? { keys: detachKeys, detached } : undefined;
    finishers.push(passTyped(input, { ahead, detach }));
  }
  let leave: (exit: Exit) => void = () => undefined;
  const left = new Promise<Exit>((resolve) => {
    leave = resolve;
  });
  const stopForwarding = forwardSignals(
    (signal) => {
      if (signals === 'leave') leave({ code: 128 + constants.signals[signal], signal });
      else {
        const [pid, name] =
          signals === 'kill' ? [-container.pid, 'SIGKILL' as const] : [container.pid, signal];
        tolerating(['ESRCH'], () => process.kill(pid, name));
      }
    },
    signals ? ending : forwarded,
  );
  try {
    const ended = container.exited.then((exit) => ({ exit, itself: true }));
    const gone = left.then((exit) => ({ exit, itself: false }));
    const first = await Promise.race([ended, gone, detaching]);
    // Its pid may belong to somebody else from here on.
    stopForwarding();
    if (first?.itself) await outputRead(output, spec.pid === 'private' && !spec.joins);
    return first?.exit;
  } finally {
    for (const finish of [...finishers, stopForwarding]) finish();
  }
}

function recorder(events: EventStream): OutputSink {
  const decoders = { stdout: new StringDecoder('utf8'), stderr: new StringDecoder('utf8') };
  return (stream, chunk) => {
    events.emit({ type: 'output', stream, text: decoders[stream].write(chunk) });
    return undefined;
  };
}

/** Nobody reads any more (`| head`): closing our end too gives the container's process the SIGPIPE that it would get by itself. */
function closeWithReader(output: ContainerOutput): () => void {
  const closers = (['stdout', 'stderr'] as const).map((stream) => {
    const close = () => output.close(stream);
    process[stream].on('error', close);
    return () => process[stream].off('error', close);
  });
  return () => {
    for (const off of closers) off();
  };
}
