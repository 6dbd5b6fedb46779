const nothing: Buffer = Buffer.alloc(0);

/** A stream of chunks, taken in the portions that a format is made of. Nothing is copied that lies within one chunk. */
export class ByteReader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #truncated: () => Error;
  #chunk = nothing;

  /** @param truncated what to throw when the stream ends too early */
  constructor(source: AsyncIterable<Uint8Array>, truncated: () => Error) {
    this.#chunks = source[Symbol.asyncIterator]();
    this.#truncated = truncated;
  }

  /** Whether the stream has ended exactly here. */
  async ended(): Promise<boolean> {
    return this.#chunk.length === 0 && !(await this.#refill());
  }

  /** The next `length` bytes in one piece; meant for what is small. */
  async read(length: number): Promise<Buffer> {
    if (this.#chunk.length >= length) return this.#shift(length);
    const parts: Buffer[] = [];
    for await (const part of this.pass(length)) parts.push(part);
    return Buffer.concat(parts);
  }

  /** The next `length` bytes as they come. */
  async *pass(length: number): AsyncGenerator<Buffer> {
    for (let left = length; left > 0; ) {
      const part = await this.some(left);
      left -= part.length;
      yield part;
    }
  }

  /** At least one of the next `most` bytes. */
  async some(most: number): Promise<Buffer> {
    if (await this.ended()) throw this.#truncated();
    return this.#shift(most);
  }

  async skip(length: number): Promise<void> {
    for (let left = length; left > 0; ) left -= (await this.some(left)).length;
  }

  /** Read to the end, so that who counts or hashes the stream sees all of it. */
  async drain(): Promise<void> {
    do this.#chunk = nothing;
    while (await this.#refill());
  }

  /** Nothing more is wanted: the source ends. */
  async close(): Promise<void> {
    await this.#chunks.return?.();
  }

  #shift(most: number): Buffer {
    const part = this.#chunk.subarray(0, most);
    this.#chunk = this.#chunk.subarray(part.length);
    return part;
  }

  async #refill(): Promise<boolean> {
    while (this.#chunk.length === 0) {
      const { value, done } = await this.#chunks.next();
      if (done) return false;
      this.#chunk = Buffer.from(value.buffer, value.byteOffset, value.length);
    }
    return true;
  }
}
