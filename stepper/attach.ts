/** Between the person's terminal and the container's process: bytes, window size, signals. */
import { constants } from 'node:os';
import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { setTimeout as sleep } from 'node:timers/promises';
import { tolerating } from '../core/kernel/errno.ts';
import type { Exit, RunningContainer } from '../core/machine.ts';
import type { Spec } from '../core/spec/types.ts';
import type { EventStream } from './session/event-stream.ts';

export interface AttachOptions {
  container: RunningContainer;
  spec: Spec;
  /** What was read from standard input ahead of the container's start and is meant for it. */
  ahead: Buffer;
  /** Output goes into the event stream as well. */
  record: EventStream | undefined;
  /** Output goes to this process's stdout and stderr. */
  show: boolean;
  /** A signal ends the attachment instead of reaching the process, as with docker's `exec`; or the process, with its group. */
  signals?: 'leave' | 'kill';
}

/** 128 and the signal's number: it came for this process, and the container's runs on. */
const left = (signal: (typeof forwarded)[number]): Exit => ({
  code: 128 + constants.signals[signal],
  signal,
});

/** Signals that reach the container's process instead of this one, as docker's --sig-proxy does. */
const forwarded = [
  'SIGINT',
  'SIGTERM',
  'SIGHUP',
  'SIGQUIT',
  'SIGUSR1',
  'SIGUSR2',
  'SIGCONT',
  'SIGALRM',
] as const;

/** Those of them that end a process which has no say in it. */
const ending = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;

/** Output that is still in the pipe when the process has ended; a child that outlives it (--pid host) may never close it. */
const DRAIN_MILLISECONDS = 2000;

function pump(source: Readable, stream: 'stdout' | 'stderr', { record, show }: AttachOptions): Promise<void> {
  const decoder = new StringDecoder('utf8');
  // Nobody reads any more (`| head`): closing our end too gives the container's process the SIGPIPE that it would get by itself.
  process[stream].on('error', () => source.destroy());
  source.on('data', (chunk: Buffer) => {
    record?.emit({ type: 'output', stream, text: decoder.write(chunk) });
    if (!show || process[stream].write(chunk)) return;
    source.pause();
    process[stream].once('drain', () => source.resume());
  });
  return new Promise((resolve) => {
    // A short command has written everything and is gone before anybody listens.
    if (source.closed || source.readableEnded) resolve();
    // EIO is how a terminal's master side says that the last process has closed the other one.
    source.on('error', () => resolve());
    source.on('close', () => resolve());
    source.on('end', () => resolve());
  });
}

function feed(target: NodeJS.WritableStream, ahead: Buffer): () => void {
  const { stdin } = process;
  target.on('error', () => undefined);
  if (ahead.length > 0) target.write(ahead);
  stdin.on('error', () => undefined);
  stdin.pipe(target);
  return () => {
    stdin.unpipe(target);
    stdin.pause();
  };
}

function followSize(resize: (rows: number, columns: number) => void): () => void {
  const { stdout } = process;
  const follow = () => tolerating(['EIO', 'EBADF'], () => resize(stdout.rows ?? 24, stdout.columns ?? 80));
  follow();
  process.on('SIGWINCH', follow);
  return () => process.off('SIGWINCH', follow);
}

/** Every key goes to the container: its own terminal turns Ctrl-C into a signal. Without -i nothing does, so ours keeps doing it. */
function rawTerminal(): () => void {
  const { stdin } = process;
  if (!stdin.isTTY || stdin.isRaw) return () => undefined;
  stdin.setRawMode(true);
  return () => void stdin.setRawMode(false);
}

/** With a pid namespace of its own every writer ends with PID 1, so the output ends too, however slowly it is read. */
async function outputRead(drained: readonly Promise<void>[], spec: Spec): Promise<void> {
  const all = Promise.all(drained);
  if (spec.pid === 'private' && !spec.joins) {
    await all;
    return;
  }
  const enough = new AbortController();
  await Promise.race([all, sleep(DRAIN_MILLISECONDS, undefined, enough).catch(() => undefined)]);
  enough.abort();
}

/** @returns how the container's process ended, after all its output has been passed on */
export async function attach(options: AttachOptions): Promise<Exit> {
  const { container, spec, ahead } = options;
  const { stdin, stdout, stderr, terminal } = container.streams;
  const finishers: (() => void)[] = [];
  const drained: Promise<void>[] = [];
  if (terminal) {
    drained.push(pump(terminal.stream, 'stdout', options));
    finishers.push(followSize(terminal.resize));
    if (spec.interactive) finishers.push(rawTerminal(), feed(terminal.stream, ahead));
  }
  if (stdout) drained.push(pump(stdout, 'stdout', options));
  if (stderr) drained.push(pump(stderr, 'stderr', options));
  if (stdin) finishers.push(feed(stdin, ahead));
  let gone = false;
  let leave: (exit: Exit) => void = () => undefined;
  const leaving = new Promise<Exit>((resolve) => {
    leave = (exit) => {
      gone = true;
      resolve(exit);
    };
  });
  const handlers = (options.signals ? ending : forwarded).map((signal) => {
    const forward = () => {
      if (options.signals === 'leave') leave(left(signal));
      else if (options.signals === 'kill')
        tolerating(['ESRCH'], () => process.kill(-container.pid, 'SIGKILL'));
      else tolerating(['ESRCH'], () => process.kill(container.pid, signal));
    };
    process.on(signal, forward);
    return () => process.off(signal, forward);
  });
  try {
    const exit = await Promise.race([container.exited, leaving]);
    // Its pid may belong to somebody else from here on.
    for (const off of handlers) off();
    if (!gone) await outputRead(drained, spec);
    return exit;
  } finally {
    for (const finish of [...finishers, ...handlers]) finish();
  }
}
