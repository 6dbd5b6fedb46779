/** Records of a log, as `docker logs` prints them: each stream to its own. */
import type { LogRecord, OutputStream } from '../../../core/supervisor/log-record.ts';
import type { OutputSink } from '../../../core/supervisor/output.ts';

/** Bytes that are put together for one write. */
const BATCH = 64 * 1024;
const NEWLINE = Buffer.from('\n');

export interface LogShape {
  timestamps?: boolean;
  /** Attributes in front of each line; tsstep keeps none, so that a space is left of them, as with docker. */
  details?: boolean;
}

export class LogPrinter {
  readonly #shape: LogShape;
  readonly #write: OutputSink;
  #stream: OutputStream = 'stdout';
  #pieces: Buffer[] = [];
  #length = 0;
  /** Whose last record was a part of a line. */
  readonly #inLine = new Set<OutputStream>();

  constructor(shape: LogShape, write: OutputSink) {
    this.#shape = shape;
    this.#write = write;
  }

  /** @returns when the next may come; undefined: at once */
  print(record: LogRecord): Promise<void> | undefined {
    const { stream, partial, content } = record;
    const wait = stream === this.#stream && this.#length < BATCH ? undefined : this.flush();
    this.#stream = stream;
    if (!this.#inLine.has(stream)) {
      if (this.#shape.timestamps) this.#add(Buffer.from(`${record.time} `));
      if (this.#shape.details) this.#add(Buffer.from(' '));
    }
    this.#add(content);
    if (partial) this.#inLine.add(stream);
    else {
      this.#inLine.delete(stream);
      this.#add(NEWLINE);
    }
    return wait;
  }

  flush(): Promise<void> | undefined {
    const pieces = this.#pieces;
    this.#pieces = [];
    this.#length = 0;
    return pieces.length > 0 ? this.#write(this.#stream, Buffer.concat(pieces)) : undefined;
  }

  #add(piece: Buffer): void {
    this.#pieces.push(piece);
    this.#length += piece.length;
  }
}
