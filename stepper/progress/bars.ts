import { MultiBar, type SingleBar } from 'cli-progress';
import { humanSize } from '../cli/format/size.ts';
import { bar, type Transfer, timeLeft } from './transfer.ts';

/** One bar a transfer at the bottom of a terminal, redrawn in place. */
export class Bars {
  readonly #stream: NodeJS.WriteStream;
  #multi: MultiBar | undefined;
  #columns: number | undefined;
  readonly #bars = new Map<string, SingleBar>();

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  /** @param label what the line begins with: `0123456789ab: Downloading` */
  show(name: string, label: string, transfer: Transfer): void {
    // Lines that were drawn for another width cannot be drawn over.
    if (this.#columns !== this.#stream.columns) this.clear();
    this.#columns = this.#stream.columns;
    this.#multi ??= new MultiBar({
      stream: this.#stream,
      format: (_options, _params, { label, transfer }: { label: string; transfer: Transfer }) =>
        line(label, transfer, this.#stream.columns ?? 80),
      clearOnComplete: true,
      hideCursor: true,
      fps: 10,
      // Signals are the session's.
      gracefulExit: false,
    });
    const known = this.#bars.get(name);
    if (known) known.update(transfer.done, { label, transfer });
    else this.#bars.set(name, this.#multi.create(transfer.total, transfer.done, { label, transfer }));
  }

  remove(name: string): void {
    const gone = this.#bars.get(name);
    if (gone) this.#multi?.remove(gone);
    this.#bars.delete(name);
  }

  /** The place of the bars is free again, until the next one is shown. */
  clear(): void {
    this.#multi?.stop();
    this.#multi = undefined;
    this.#bars.clear();
  }
}

/** `0123456789ab: Downloading [====>     ] 12.3MB/45.6MB 9.1MB/s 4s` */
function line(label: string, transfer: Transfer, columns: number): string {
  const { done, total, speed, left } = transfer;
  const size = `${humanSize(done)}/${humanSize(total)}`;
  const pace = speed > 0 ? ` ${humanSize(speed)}/s${left === undefined ? '' : ` ${timeLeft(left)}`}` : '';
  const room = columns - label.length - 32;
  return room < 6
    ? `${label} ${size}`.slice(0, columns - 1)
    : `${label} ${bar(transfer, Math.min(room, 40))} ${size}${pace}`;
}
