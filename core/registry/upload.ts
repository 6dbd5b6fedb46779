/** A blob from the store to a registry (distribution-spec, "Pushing blobs": POST, then one PUT). */
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { TsstepError } from '../errors.ts';
import { badImage } from '../image/broken.ts';
import { type Blob, hasBlob, streamBlob } from '../image/store/blobs.ts';
import { errnoOf } from '../kernel/errno.ts';
import type { Registry } from './client.ts';
import { header } from './http.ts';
import { Refusal, refusal } from './refusal.ts';
import { backOff, tries } from './retry.ts';
import type { Exchange } from './types.ts';

/** A registry looks through what it has got before it answers. */
const patience = 300_000;

/** The last exchange; `already`: the registry had the blob. */
export type Upload = Exchange & { already?: true };

/** @throws `bad-image` when the store does not have it; `registry`, `unauthorized` and the like */
export async function uploadBlob(
  registry: Registry,
  root: string,
  repository: string,
  blob: Blob,
): Promise<Upload> {
  if (!hasBlob(root, blob.digest, blob.size))
    throw badImage(
      `the blob ${blob.digest} is missing`,
      'the store does not have it, so it cannot be pushed',
    );
  for (let attempt = 1; ; attempt++) {
    try {
      return (await existing(registry, repository, blob)) ?? (await upload(registry, root, repository, blob));
    } catch (error) {
      // The connection may have broken, or the registry have lost the upload: it can only be begun anew.
      if (isFinal(error) || attempt >= tries) throw error;
      await sleep(backOff(attempt));
    }
  }
}

/** A registry that refuses will do so again; only an upload that it has lost it may take at the next try. */
function isFinal(error: unknown): boolean {
  if (!(error instanceof TsstepError) || error.failure.code !== 'registry') return true;
  if (!(error instanceof Refusal) || error.exchange.status >= 500) return false;
  return !(error.exchange.status === 404 && error.exchange.method === 'PUT');
}

async function existing(registry: Registry, repository: string, blob: Blob): Promise<Upload | undefined> {
  const url = registry.url(`/v2/${repository}/blobs/${blob.digest}`);
  const answer = await registry.ask({ method: 'HEAD', url }, repository);
  await answer.body.dump();
  if (answer.exchange.status !== 200) return undefined;
  return { ...answer.exchange, ...blob, already: true };
}

async function upload(registry: Registry, root: string, repository: string, blob: Blob): Promise<Upload> {
  const { endpoint } = registry;
  const what = `an upload of the blob ${blob.digest} to ${repository}`;
  const start = registry.url(`/v2/${repository}/blobs/uploads/`);
  const begun = await registry.ask(
    { method: 'POST', url: start, headers: { 'content-length': '0' } },
    repository,
  );
  const location = header(begun, 'location') ?? '';
  if (begun.exchange.status !== 202 || !URL.canParse(location, start.href))
    throw await refusal(begun, { endpoint, what, absent: 'it takes no uploads to this name' });
  await begun.body.dump();

  const url = new URL(location, start.href);
  // What it holds already is the upload's state, and signed by some.
  url.searchParams.set('digest', blob.digest);
  const done = await registry.ask(
    {
      method: 'PUT',
      url,
      headers: { 'content-type': 'application/octet-stream', 'content-length': `${blob.size}` },
      body: () => Readable.from(readStored(root, blob), { objectMode: false }),
      patience,
      tries: 1,
    },
    repository,
  );
  if (done.exchange.status !== 201)
    throw await refusal(done, { endpoint, what, absent: 'the upload is gone' });
  await done.body.dump();
  return { ...done.exchange, ...blob };
}

/** What fails on this machine is no word about the registry. @throws `bad-image` where it is gone; `syscall` */
async function* readStored(root: string, { digest }: Blob): AsyncGenerator<Buffer> {
  try {
    yield* streamBlob(root, digest);
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === undefined) throw error;
    throw new TsstepError({
      code: 'syscall',
      what: `reading the blob ${digest}`,
      why: error instanceof Error ? error.message : String(error),
      remedy: 'look what is wrong with the disk: `dmesg | tail`',
      errno,
    });
  }
}
