/** A container's standard input, which several people may write to. */
import type { ContainerStreams } from '../machine.ts';

export class ContainerInput {
  readonly #target: NodeJS.WritableStream;
  readonly #closes: boolean;
  #gone = false;
  #room: Promise<void> | undefined;

  /** @param once it ends when the input of the first who wrote to it ends (docker's StdinOnce); a terminal never does */
  constructor({ stdin, terminal }: ContainerStreams, once: boolean) {
    const target = terminal?.stream ?? stdin;
    if (!target) throw new Error('a container without standard input');
    this.#target = target;
    this.#closes = once && !terminal;
    const gone = () => {
      this.#gone = true;
    };
    // The container's process reads no more (EPIPE): what is meant for it goes nowhere.
    target.on('error', gone);
    target.on('close', gone);
  }

  /** @returns when the container has taken so much of it that more may come; undefined: at once */
  write(chunk: Buffer): Promise<void> | undefined {
    if (this.#gone || this.#target.write(chunk)) return undefined;
    this.#room ??= new Promise((resolve) => {
      const done = () => {
        this.#room = undefined;
        for (const event of ['drain', 'close', 'error']) this.#target.off(event, done);
        resolve();
      };
      for (const event of ['drain', 'close', 'error']) this.#target.on(event, done);
    });
    return this.#room;
  }

  /** One of those who write has no more, or has gone. */
  writerEnded(): void {
    if (!this.#closes || this.#gone) return;
    this.#gone = true;
    this.#target.end();
  }
}
