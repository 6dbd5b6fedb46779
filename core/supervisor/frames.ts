/**
 * What goes over a supervisor's socket, in both directions: docker's stream header (`attach` of its API), then the payload.
 *
 *     type  0  0  0  length, big endian
 *     0 stdin   1 stdout   2 stderr   3 control: one JSON object
 *
 * A client's first frame is a control with a `request`, which chooses who answers. For `attach`:
 *
 *     client → { request: 'attach', stdin: true, size?: { rows, columns } }
 *            ← { attached: true, terminal: false }      or { error }
 *            → stdin frames, { resize: { rows, columns } }, { closeStdin: true }
 *            ← stdout and stderr frames, at last { exited: { code, signal? } } or { error }
 */

export const Channel = { stdin: 0, stdout: 1, stderr: 2, control: 3 } as const;
export type Channel = (typeof Channel)[keyof typeof Channel];

export interface WindowSize {
  rows: number;
  columns: number;
}

/** A JSON object; what it has to have is for its reader to check, as anything can be sent. */
export type Control = Readonly<Record<string, unknown>>;

export interface Frame {
  channel: Channel;
  payload: Buffer;
}

const HEADER = 8;
/** Nobody sends more at once: chunks are what one read gave. */
const LONGEST = 1024 * 1024;

export function frameHeader(channel: Channel, length: number): Buffer {
  const header = Buffer.alloc(HEADER);
  header[0] = channel;
  header.writeUInt32BE(length, 4);
  return header;
}

export function controlFrame(control: Control): Buffer {
  const payload = Buffer.from(JSON.stringify(control));
  return Buffer.concat([frameHeader(Channel.control, payload.length), payload]);
}

/** @throws SyntaxError when it is not JSON or no object */
export function parseControl(payload: Buffer): Control {
  const value: unknown = JSON.parse(payload.toString());
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new SyntaxError('not an object');
  return value as Control;
}

/** Puts frames together from whatever pieces a socket gives. */
export class FrameDecoder {
  #pieces: Buffer[] = [];
  #length = 0;

  /** @returns the frames that are complete now @throws RangeError for what is no frame: the connection is of no use any more */
  push(chunk: Buffer): Frame[] {
    this.#pieces.push(chunk);
    this.#length += chunk.length;
    const frames: Frame[] = [];
    for (let frame = this.#next(); frame; frame = this.#next()) frames.push(frame);
    return frames;
  }

  #next(): Frame | undefined {
    if (this.#length < HEADER) return undefined;
    const header = this.#peek(HEADER);
    const channel = header[0] as number;
    const length = header.readUInt32BE(4);
    if (channel > Channel.control || length > LONGEST)
      throw new RangeError(`no frame: channel ${channel}, ${length} bytes`);
    if (this.#length < HEADER + length) return undefined;
    const whole = this.#peek(HEADER + length);
    const rest = whole.subarray(HEADER + length);
    this.#pieces = rest.length > 0 ? [rest] : [];
    this.#length = rest.length;
    return { channel: channel as Channel, payload: whole.subarray(HEADER, HEADER + length) };
  }

  /** The pieces as one, so that it has at least `wanted` bytes. */
  #peek(wanted: number): Buffer {
    const [first] = this.#pieces;
    if (first && first.length >= wanted) {
      // What follows in further pieces stays there only when the frame ends exactly here.
      if (this.#pieces.length === 1 || wanted === HEADER) return first;
    }
    const whole = Buffer.concat(this.#pieces);
    this.#pieces = [whole];
    return whole;
  }
}
