/**
 * One record of a container's log, in the form that Kubernetes' runtimes write (CRI logging format):
 *
 *     2016-10-06T00:17:09.669794202Z stdout F content
 *
 * Time, stream, `F` for the end of a line or `P` for a part of one, and the bytes as the container wrote them.
 */

export type OutputStream = 'stdout' | 'stderr';

export interface LogRecord {
  /** As written: all times have the same length and zone, so they sort as text. */
  time: string;
  stream: OutputStream;
  /** The line goes on in the stream's next record. */
  partial: boolean;
  content: Buffer;
}

const TIME = '2016-10-06T00:17:09.669794202Z'.length;
const HEADER = TIME + ' stdout F '.length;
const MARK = HEADER - 2;

/** @param nanoseconds since 1970 */
export function logTime(nanoseconds: bigint): string {
  const seconds = new Date(Number(nanoseconds / 1_000_000_000n) * 1000).toISOString().slice(0, 19);
  return `${seconds}.${String(nanoseconds % 1_000_000_000n).padStart(9, '0')}Z`;
}

/** What stands in front of the content. */
export const recordHeader = (time: string, stream: OutputStream, partial: boolean): Buffer =>
  Buffer.from(`${time} ${stream} ${partial ? 'P' : 'F'} `, 'latin1');

/** @param line without its newline; undefined: a power cut or a full disk has left only a part of a record */
export function parseRecord(line: Buffer): LogRecord | undefined {
  if (line.length < HEADER || line[TIME - 1] !== 0x5a) return undefined;
  const stream = line.toString('latin1', TIME + 1, TIME + 7);
  const mark = line[MARK];
  if ((stream !== 'stdout' && stream !== 'stderr') || (mark !== 0x46 && mark !== 0x50)) return undefined;
  const content = line.subarray(HEADER);
  return { time: line.toString('latin1', 0, TIME), stream, partial: mark === 0x50, content };
}
