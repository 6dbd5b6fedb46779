import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DigestMeter } from '../../../core/image/digest.ts';
import { writeBlob } from '../../../core/image/store/blobs.ts';
import { headerOf, temporaryRoot } from '../../unit/image/tars.ts';
import { lacks, unpack } from './layers.ts';

const MiB = 2 ** 20;
const GiB = 2 ** 30;

/** A tar with one file of 1 GiB, an eighth of it random, the rest nearly empty, without ever having it in memory. */
async function* largeTar(): AsyncGenerator<Buffer> {
  yield await headerOf('large', GiB);
  for (let at = 0; at < GiB; at += MiB) {
    const block = at < GiB / 8 ? randomBytes(MiB) : Buffer.alloc(MiB);
    for (let word = 0; word < MiB; word += 4096) block.writeUInt32LE(at + word, word);
    yield block;
  }
  yield Buffer.alloc(1024);
}

/** Memory of this process in bytes: what it has, and the most it had since `5` was written to clear_refs (proc_pid_clear_refs(5)). */
function memory(field: 'VmRSS' | 'VmHWM'): number {
  const line = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(readFileSync('/proc/self/status', 'utf8'));
  return Number(line?.[1]) * 1024;
}

describe('memory', () => {
  it.for<[name: string, command: string[]]>([
    ['none', ['cat']],
    ['gzip', ['gzip', '-1']],
    ['zstd', ['zstd', '-q', '-1']],
  ])('stays flat while a layer of 1 GiB is unpacked (%s)', async ([, [tool = '', ...words]], test) => {
    test.skip(lacks(tool), `needs ${tool}`);
    const root = temporaryRoot();
    const meter = new DigestMeter();
    const compressor = spawn(tool, words, { stdio: ['pipe', 'pipe', 'inherit'] });
    const stored = writeBlob(root, compressor.stdout);
    for await (const chunk of largeTar()) {
      meter.update(chunk);
      if (!compressor.stdin.write(chunk)) await new Promise((go) => compressor.stdin.once('drain', go));
    }
    compressor.stdin.end();
    const layer = { ...(await stored), mediaType: '', diffId: meter.digest() };
    writeFileSync('/proc/self/clear_refs', '5');
    const before = memory('VmRSS');
    expect(await unpack(root, layer)).toEqual({ files: 1, bytes: GiB });
    expect((memory('VmHWM') - before) / MiB).toBeLessThan(150);
    expect(statSync(join(root, 'layers', layer.diffId.slice('sha256:'.length), 'large')).size).toBe(GiB);
  });
});
