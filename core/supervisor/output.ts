/** A container's output, on its way to everybody who wants it: the log, clients, the terminal of `tsstep run`. */
import type { Readable } from 'node:stream';
import type { ContainerStreams } from '../machine.ts';
import type { OutputStream } from './log-record.ts';

/**
 * Takes what was read, at once: the bytes are its caller's. A promise holds the container's output up until it settles, so that
 * nothing has to be lost or kept in memory.
 */
export type OutputSink = (stream: OutputStream, chunk: Buffer) => Promise<void> | undefined;

export class ContainerOutput {
  /** Settles when all of it has been read and passed on. */
  readonly ended: Promise<void>;
  readonly #sources: readonly (readonly [OutputStream, Readable])[];
  readonly #sinks = new Set<OutputSink>();

  constructor({ stdout, stderr, terminal }: ContainerStreams) {
    const sources: [OutputStream, Readable | undefined][] = [
      ['stdout', terminal?.stream],
      ['stdout', stdout],
      ['stderr', stderr],
    ];
    this.#sources = sources.filter((source): source is [OutputStream, Readable] => source[1] !== undefined);
    this.ended = Promise.all(this.#sources.map(([, source]) => endOf(source))).then(() => undefined);
  }

  /** @returns what takes it away again */
  add(sink: OutputSink): () => void {
    this.#sinks.add(sink);
    return () => void this.#sinks.delete(sink);
  }

  /** Once the first sinks are there: from here on bytes that nobody takes are gone. */
  start(): void {
    for (const [stream, source] of this.#sources) {
      source.on('data', (chunk: Buffer) => {
        const waits = this.#give(stream, chunk);
        if (waits.length === 0) return;
        source.pause();
        void Promise.all(waits).then(() => source.resume());
      });
    }
  }

  /** Nobody reads any more: the container's process gets SIGPIPE when it goes on writing to this one. */
  close(stream: OutputStream): void {
    for (const [name, source] of this.#sources) if (name === stream) source.destroy();
  }

  /**
   * Leaves the descriptors to the process that `spawn` starts with them. All of it happens before anything can be read here again,
   * so each byte is passed on by exactly one of the two, in its order.
   */
  handOver<T>(spawn: () => T): T {
    for (const [stream, source] of this.#sources) {
      source.removeAllListeners('data').pause();
      for (let chunk = source.read(); chunk !== null; chunk = source.read()) this.#give(stream, chunk);
    }
    const spawned = spawn();
    for (const [, source] of this.#sources) source.destroy();
    return spawned;
  }

  #give(stream: OutputStream, chunk: Buffer): Promise<void>[] {
    return [...this.#sinks].map((sink) => sink(stream, chunk)).filter((wait) => wait !== undefined);
  }
}

function endOf(source: Readable): Promise<void> {
  return new Promise((resolve) => {
    // A short command has written everything and is gone before anybody listens.
    if (source.closed || source.readableEnded) resolve();
    // EIO is how a terminal's master side says that the last process has closed the other one.
    source.on('error', () => resolve());
    source.on('close', () => resolve());
    source.on('end', () => resolve());
  });
}
