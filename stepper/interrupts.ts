import { constants } from 'node:os';
import type { FrontEnd } from './front-end.ts';
import type { Stepping } from './stepping.ts';

const signals = ['SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGHUP'] as const;

const codeOf = (signal: (typeof signals)[number]): number => 128 + constants.signals[signal];

/**
 * Signals while a container is being created: Ctrl-C pauses where somebody can be asked, and everything else stops the run before
 * its next operation. Once the container runs they are its own (stepper/attach.ts), and nothing cuts the tidying up short.
 */
export class Interrupts {
  requested = false;
  /** What the run then ends with: 128 and the signal's number. */
  code = codeOf('SIGINT');
  readonly #request: { frontEnd: FrontEnd; stepping: Stepping };
  readonly #abandon: () => void;
  #letGo = false;
  readonly #handlers = signals.map((signal) => [signal, () => this.#came(signal)] as const);

  /** @param abandon ends the operation that is under way, where it can be ended: a download may take hours */
  constructor(request: { frontEnd: FrontEnd; stepping: Stepping }, abandon: () => void) {
    this.#request = request;
    this.#abandon = abandon;
    for (const [signal, handler] of this.#handlers) process.on(signal, handler);
  }

  /** The container runs: from here on they mean nothing to the run. */
  letGo(): void {
    this.#letGo = true;
  }

  stop(): void {
    for (const [signal, handler] of this.#handlers) process.off(signal, handler);
  }

  #came(signal: (typeof signals)[number]): void {
    const { frontEnd, stepping } = this.#request;
    if (this.#letGo || frontEnd.deaf) return;
    const someoneToAsk = frontEnd.ask && process.stdin.isTTY && !frontEnd.asking;
    if (signal === 'SIGINT' && someoneToAsk) {
      stepping.interrupt();
      return;
    }
    this.requested = true;
    this.code = codeOf(signal);
    this.#abandon();
    frontEnd.interrupt();
  }
}
