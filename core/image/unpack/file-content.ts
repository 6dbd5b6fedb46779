import { ftruncateSync, writeSync } from 'node:fs';
import type { Sparse } from '../tar/sparse.ts';

export type Content = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** Write `content` to a new file. */
export async function writeFile(fd: number, content: Content): Promise<void> {
  for await (const chunk of content) writeAt(fd, chunk, null);
}

/** Write the segments of a sparse file to where they belong; what lies between was never written, and stays a hole. */
export async function writeSparse(fd: number, content: Content, { size, segments }: Sparse): Promise<void> {
  ftruncateSync(fd, size);
  const places = segments.values();
  let place = { offset: 0, length: 0 };
  for await (const chunk of content) {
    for (let rest = chunk; rest.length > 0; ) {
      // The map was checked: its segments are as long as the content is.
      if (place.length === 0) place = { ...(places.next().value ?? { offset: size, length: rest.length }) };
      const part = rest.subarray(0, place.length);
      writeAt(fd, part, place.offset);
      place = { offset: place.offset + part.length, length: place.length - part.length };
      rest = rest.subarray(part.length);
    }
  }
}

/** @param position null: where the file ends so far */
function writeAt(fd: number, chunk: Uint8Array, position: number | null): void {
  for (let done = 0; done < chunk.length; )
    done += writeSync(fd, chunk, done, chunk.length - done, position === null ? null : position + done);
}
