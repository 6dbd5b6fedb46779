/** A prompt without a terminal of its own: each command comes from another terminal, which gets what it says. */
import type { Console } from '../plain/console.ts';
import { type CommandInput, interrupted } from '../plain/input.ts';
import { type Appearance, styleOf } from '../plain/style.ts';

/** Whoever has sent a command, until it is carried out. */
export interface Client {
  appearance: Appearance;
  write(text: string): void;
  /** Nothing more is said. @param code what its program ends with */
  end(code: number): void;
}

const nowhere: Appearance = { columns: undefined, colours: false };

export class RemoteConsole implements Console {
  readonly style = styleOf(() => this.#client?.appearance ?? nowhere);
  readonly interactive = false;
  readonly bars = undefined;
  /** Descriptor 2 was that of the terminal which started all this. */
  readonly shared = false;
  /** Of the container, once it has one. */
  name = 'ID';
  #code = 0;
  #client: Client | undefined;
  #take: ((line: string | typeof interrupted) => void) | undefined;

  /** No key does anything here: each command is a command line. */
  get hint(): string {
    return `tsstep step|next|continue|dump|diff|debug ${this.name}`;
  }

  readonly input: CommandInput = {
    line: (_prompt, purpose) => this.#line(purpose),
    interrupt: () => this.#take?.(interrupted),
    release: () => Buffer.alloc(0),
  };

  /** @returns whether it is taken: false while a command of another terminal is carried out */
  serve(client: Client, line: string): boolean {
    const take = this.#take;
    if (this.#client || !take) return false;
    this.#client = client;
    this.#take = undefined;
    take(line);
    return true;
  }

  write(text: string): void {
    this.#client?.write(text);
  }

  failed(code: number): void {
    this.#code = code;
  }

  /** What was asked for is done. */
  end(code: number): void {
    this.#client?.end(code);
    this.#client = undefined;
    this.#code = 0;
  }

  /** A question has nobody who would answer it: a command has to say everything at once. */
  async #line(purpose: 'command' | 'answer'): Promise<string | undefined | typeof interrupted> {
    if (purpose === 'answer') return undefined;
    this.end(this.#code);
    return await new Promise((resolve) => {
      this.#take = resolve;
    });
  }
}
