/** Tars that no well-meaning tool would write, and a store to try them on. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Header, pack } from 'tar-stream';
import { onTestFinished } from 'vitest';
import { failureOf } from '../../../core/errors.ts';
import { digestOf } from '../../../core/image/digest.ts';
import { writeBlob } from '../../../core/image/store/blobs.ts';
import type { LayerSource } from '../../../core/image/types.ts';
import type { Failure } from '../../../core/operation.ts';

export type Member = Partial<Omit<Header, 'size'>> & { name: string; content?: string | Uint8Array };

/** tar-stream writes whatever names it is given: exactly what is wanted here. */
export async function tarOf(...members: readonly (Member | Uint8Array)[]): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for (const member of members) {
    if (member instanceof Uint8Array) {
      chunks.push(member);
      continue;
    }
    const { content = '', ...header } = member;
    const tar = pack();
    tar.entry({ mtime: new Date(1_700_000_000_000), ...header }, content);
    tar.finalize();
    const one: Uint8Array[] = [];
    for await (const chunk of tar) one.push(chunk as Uint8Array);
    chunks.push(Buffer.concat(one).subarray(0, -1024));
  }
  return Buffer.concat([...chunks, Buffer.alloc(1024)]);
}

/** A pax header with values as bytes: tar-stream can only write text. */
export async function paxHeader(records: Readonly<Record<string, Uint8Array | string>>): Promise<Buffer> {
  const body = Buffer.concat(
    Object.entries(records).map(([key, value]) => {
      const rest = Buffer.concat([Buffer.from(` ${key}=`), Buffer.from(value), Buffer.from('\n')]);
      let length = rest.length + 1;
      while (String(length).length + rest.length !== length) length = String(length).length + rest.length;
      return Buffer.concat([Buffer.from(String(length)), rest]);
    }),
  );
  const header = (await tarOf({ name: 'PaxHeader', content: body })).subarray(0, -1024);
  header.write('x', 156);
  return sealed(header);
}

/** A file's header alone: it promises `size` bytes. */
export async function headerOf(name: string, size: number): Promise<Buffer> {
  const header = (await tarOf({ name })).subarray(0, 512);
  header.write(`${size.toString(8).padStart(11, '0')}\0`, 124);
  return sealed(header);
}

/** A header that was changed, with its checksum as it has to be. */
export function sealed(header: Buffer): Buffer {
  header.fill(' ', 148, 156);
  const sum = header.subarray(0, 512).reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return header;
}

export function temporaryRoot(): string {
  const root = mkdtempSync(join(tmpdir(), 'tsstep-image-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  return root;
}

/** A stored layer of these bytes; `tar` is what they decompress to. */
export async function layerOf(root: string, blob: Uint8Array, tar: Uint8Array = blob): Promise<LayerSource> {
  return {
    ...(await writeBlob(root, [blob])),
    mediaType: 'application/vnd.oci.image.layer.v1.tar',
    diffId: digestOf(tar),
  };
}

/** What a promise fails with. */
export async function failure(promise: Promise<unknown>): Promise<Failure> {
  try {
    await promise;
  } catch (error) {
    return failureOf(error);
  }
  throw new Error('it succeeded');
}

export async function* chunked(bytes: Uint8Array, size = 100): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
}
