/** Lines from standard input: edited ones from a terminal, plain ones from a pipe or file. */
import { createInterface } from 'node:readline';

export interface CommandInput {
  /** One line, undefined at the end of the input, 'interrupted' after Ctrl-C or `interrupt()`. */
  line(prompt: string, purpose: 'command' | 'answer'): Promise<string | undefined | typeof interrupted>;
  interrupt(): void;
  /** What was read ahead and is not ours. */
  release(): Buffer;
}

export const interrupted = Symbol('interrupted');

/** Completion and history; the terminal is let go between two questions, so that a shell or the container can have it. */
export class TerminalInput implements CommandInput {
  readonly #complete: (line: string) => string[];
  #history: string[] = [];
  #interrupt: (() => void) | undefined;

  constructor(complete: (line: string) => string[]) {
    this.#complete = complete;
  }

  async line(
    prompt: string,
    purpose: 'command' | 'answer',
  ): Promise<string | undefined | typeof interrupted> {
    const terminal = createInterface({
      input: process.stdin,
      output: process.stderr,
      history: purpose === 'command' ? [...this.#history] : [],
      completer: (line: string) => [this.#complete(line), line],
    });
    terminal.on('history', (history) => {
      if (purpose === 'command') this.#history = history;
    });
    try {
      return await new Promise((resolve) => {
        this.#interrupt = () => resolve(interrupted);
        // As in a shell: Ctrl-C throws a half-typed line away first.
        terminal.on('SIGINT', () =>
          terminal.line === '' ? resolve(interrupted) : terminal.write(null, { ctrl: true, name: 'u' }),
        );
        terminal.on('close', () => resolve(undefined));
        terminal.question(prompt, resolve);
      });
    } finally {
      this.#interrupt = undefined;
      terminal.close();
    }
  }

  interrupt(): void {
    this.#interrupt?.();
  }

  release(): Buffer {
    return Buffer.alloc(0);
  }
}

/** Whatever comes behind the last command line is the container's standard input (-i). */
export class PipeInput implements CommandInput {
  readonly #echo: (text: string) => void;
  #ahead = Buffer.alloc(0);
  #ended = false;
  #wake: (() => void) | undefined;
  #interrupted = false;

  constructor(echo: (text: string) => void) {
    this.#echo = echo;
  }

  async line(prompt: string): Promise<string | undefined | typeof interrupted> {
    const { stdin } = process;
    const onData = (chunk: Buffer) => {
      this.#ahead = Buffer.concat([this.#ahead, chunk]);
      this.#wake?.();
    };
    const onEnd = () => {
      this.#ended = true;
      this.#wake?.();
    };
    stdin.on('data', onData).on('end', onEnd).on('error', onEnd);
    stdin.resume();
    try {
      while (!this.#ended && !this.#interrupted && !this.#ahead.includes('\n')) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
      return this.#take(prompt);
    } finally {
      stdin.pause();
      stdin.off('data', onData).off('end', onEnd).off('error', onEnd);
    }
  }

  #take(prompt: string): string | undefined | typeof interrupted {
    if (this.#interrupted) return interrupted;
    const newline = this.#ahead.indexOf('\n');
    if (newline < 0 && this.#ahead.length === 0) {
      this.#echo(`${prompt}(end of input: continuing to the end)\n`);
      return undefined;
    }
    const end = newline < 0 ? this.#ahead.length : newline;
    const line = this.#ahead.toString('utf8', 0, end);
    this.#ahead = this.#ahead.subarray(end + 1);
    this.#echo(`${prompt}${line}\n`);
    return line;
  }

  interrupt(): void {
    this.#interrupted = true;
    this.#wake?.();
  }

  release(): Buffer {
    return this.#ahead;
  }
}
