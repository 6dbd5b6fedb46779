import { TsstepError } from '../errors.ts';
import type { Answer } from './http.ts';
import { unreachable } from './unreachable.ts';

/** A body as it comes. @throws `registry` when it breaks off */
export async function* streamOf(
  { body }: Answer,
  url: URL,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  try {
    yield* body as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw signal?.aborted ? error : unreachable(url, error);
  }
}

/** The whole of a small body. @throws `registry` when it breaks off or is larger than `limit` bytes */
export async function bytesOf(answer: Answer, url: URL, limit: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of streamOf(answer, url)) {
    size += chunk.length;
    if (size > limit) throw tooLarge(answer, limit);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function tooLarge({ exchange }: Answer, limit: number): TsstepError {
  return new TsstepError({
    code: 'registry',
    what: `the answer of ${exchange.url} is too large`,
    why: `it has more than ${limit} bytes`,
    remedy: 'ask whoever runs this registry: manifests and tokens are kilobytes',
  });
}
