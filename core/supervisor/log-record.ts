/**
 * One record of a container's log, in the form that Kubernetes' runtimes write (CRI logging format):
 *
 *     2016-10-06T00:17:09.669794202Z stdout F content
 *
 * Time, stream, `F` for the end of a line or `P` for a part of one, and the bytes as the container wrote them.
 */

export type OutputStream = 'stdout' | 'stderr';

const TIME = '2016-10-06T00:17:09.669794202Z'.length;
const HEADER = TIME + ' stdout F '.length;
const MARK = HEADER - 2;
/** The letter that stdout and stderr differ in. */
const OTHER = TIME + 4;

/** @param nanoseconds since 1970 */
export function logTime(nanoseconds: bigint): string {
  const seconds = new Date(Number(nanoseconds / 1_000_000_000n) * 1000).toISOString().slice(0, 19);
  return `${seconds}.${String(nanoseconds % 1_000_000_000n).padStart(9, '0')}Z`;
}

/** What stands in front of the content. */
export const recordHeader = (time: string, stream: OutputStream, partial: boolean): Buffer =>
  Buffer.from(`${time} ${stream} ${partial ? 'P' : 'F'} `, 'latin1');

export class LogRecord {
  readonly stream: OutputStream;
  /** The line goes on in the stream's next record. */
  readonly partial: boolean;
  /** As in the file, without its newline. */
  readonly #line: Buffer;

  private constructor(line: Buffer, stream: OutputStream, partial: boolean) {
    this.#line = line;
    this.stream = stream;
    this.partial = partial;
  }

  /** @param line without its newline @returns undefined for what a power cut or a full disk has left of a record */
  static parse(line: Buffer): LogRecord | undefined {
    if (line.length < HEADER || line[TIME - 1] !== 0x5a) return undefined;
    const mark = line[MARK];
    if (mark !== 0x46 && mark !== 0x50) return undefined;
    const isPartial = mark === 0x50;
    if (line[OTHER] === 0x6f) return new LogRecord(line, 'stdout', isPartial);
    return line[OTHER] === 0x65 ? new LogRecord(line, 'stderr', isPartial) : undefined;
  }

  /** As written: all times have the same length and zone, so they sort as text. */
  get time(): string {
    return this.#line.toString('latin1', 0, TIME);
  }

  get content(): Buffer {
    return this.#line.subarray(HEADER);
  }
}
