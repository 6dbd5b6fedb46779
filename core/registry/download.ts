import { setTimeout as sleep } from 'node:timers/promises';
import { TsstepError } from '../errors.ts';
import { badImage } from '../image/broken.ts';
import { type Blob, hasBlob } from '../image/store/blobs.ts';
import type { Progress } from '../image/types.ts';
import type { Registry } from './client.ts';
import { type Partial, withPartial } from './partial.ts';
import { backOff, tries } from './retry.ts';
import type { Exchange } from './types.ts';

/** What was fetched, and how. */
export type Download = Exchange & {
  /** Bytes that were there from an earlier download, which was broken off. */
  resumed?: number;
  /** The store had it, or another tsstep fetched it meanwhile: nothing was asked. */
  already?: true;
};

/** Bytes after which a connection that breaks counts as the first one again. */
const progress = 1024 * 1024;

/**
 * Fetch a blob to the store; one download of it at a time on this machine. A connection that breaks goes on where it broke, and so
 * does what a killed tsstep left.
 * @throws `bad-image` when it is not what `blob` promises: nothing is kept. `registry` and the like: what came is kept for the next try
 */
export async function downloadBlob(
  registry: Registry,
  root: string,
  repository: string,
  blob: Blob,
  onProgress?: Progress,
  signal?: AbortSignal,
): Promise<Download> {
  const one: OneDownload = { registry, repository, blob, onProgress, signal };
  if (hasBlob(root, blob.digest, blob.size)) return { ...nothingAsked(one), already: true };
  const download = await withPartial(root, blob, async (partial) => {
    try {
      const done = await fetchVerified(one, partial);
      await partial.keep(root, blob.digest);
      return done;
    } catch (error) {
      if (isFailure(error, 'bad-image')) partial.remove();
      throw error;
    }
  });
  return download ?? { ...nothingAsked(one), already: true };
}

interface OneDownload {
  registry: Registry;
  repository: string;
  blob: Blob;
  onProgress: Progress | undefined;
  signal: AbortSignal | undefined;
}

async function fetchVerified(one: OneDownload, partial: Partial): Promise<Download> {
  await partial.readAgain();
  const left = partial.size;
  if (left > one.blob.size) await partial.startAnew();
  const done = await fetchRest(one, partial);
  const problem = differs(one, partial);
  if (!problem) return done;
  if (done.resumed === undefined) throw problem;
  // What was left may be at fault, as after a power cut, and not what came now.
  await partial.startAnew();
  const again = await fetchRest(one, partial);
  const still = differs(one, partial);
  if (still) throw still;
  return again;
}

/** Bring the file to its whole length, by as many connections as it takes. */
async function fetchRest(one: OneDownload, partial: Partial): Promise<Download> {
  const { registry, repository, blob, onProgress, signal } = one;
  const retries: string[] = [];
  let resumed = partial.size;
  let last: Exchange = nothingAsked(one);
  for (let attempt = 1; partial.size < blob.size; attempt++) {
    const from = partial.size;
    const { body, ...exchange } = await registry.blob(repository, blob.digest, { from }, signal);
    if (from > 0 && exchange.status !== 206) {
      await partial.startAnew();
      resumed = 0;
    }
    last = exchange;
    retries.push(...(exchange.retries ?? []));
    const broken = await append(body, one, partial);
    if (!broken) break;
    if (partial.size - from >= progress) attempt = 0;
    if (attempt >= tries) throw broken;
    const wait = backOff(Math.max(1, attempt));
    retries.push(`the connection broke at byte ${partial.size}, waited ${wait / 1000} s`);
    await sleep(wait, undefined, { signal });
  }
  onProgress?.(partial.size, blob.size);
  return {
    ...last,
    size: blob.size,
    digest: blob.digest,
    ...(retries.length > 0 ? { retries } : {}),
    ...(resumed > 0 ? { resumed } : {}),
  };
}

/** @returns the failure, when the connection broke before the end. @throws `bad-image` as soon as more comes than was promised */
async function append(
  body: AsyncIterable<Uint8Array>,
  { blob, registry, onProgress }: OneDownload,
  partial: Partial,
): Promise<TsstepError | undefined> {
  try {
    for await (const chunk of body) {
      await partial.append(chunk);
      if (partial.size > blob.size)
        throw damaged(blob, registry, `it should have ${blob.size} bytes and has more`);
      onProgress?.(partial.size, blob.size);
    }
  } catch (error) {
    if (error instanceof TsstepError && isFailure(error, 'registry')) return error;
    throw error;
  }
  return undefined;
}

function differs({ blob, registry }: OneDownload, partial: Partial): TsstepError | undefined {
  const { size, digest } = partial.measure();
  if (size !== blob.size) return damaged(blob, registry, `it should have ${blob.size} bytes and has ${size}`);
  if (digest !== blob.digest) return damaged(blob, registry, `the digest of its bytes is ${digest}`);
  return undefined;
}

function damaged({ digest }: Blob, { endpoint }: Registry, why: string): TsstepError {
  return badImage(
    `the blob ${digest} that ${endpoint.url} sent is damaged`,
    why,
    'try again; if it stays so, what lies between here and the registry changes it, or the registry is broken',
  );
}

function nothingAsked({ registry, repository, blob }: OneDownload): Exchange {
  const url = `${registry.endpoint.url}/v2/${repository}/blobs/${blob.digest}`;
  return { method: 'GET', url, status: 0, size: blob.size, digest: blob.digest };
}

function isFailure(error: unknown, code: string): boolean {
  return error instanceof TsstepError && error.failure.code === code;
}
