/** `tsstep image show --file`: one version of a file on stdout, and on stderr which layers have it. */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileContent } from '../../core/image/inside/source.ts';
import type { ImageInside } from '../../core/image/inside/types.ts';
import { type FileHistory, type Version, versionAt } from '../../core/image/inside/versions.ts';
import { versionLines } from '../layers/version-lines.ts';
import { styleFor } from '../plain/style.ts';
import { printable } from '../printable.ts';
import { humanSize } from './format/size.ts';

/** What git looks at, too: a NUL byte there means that the rest is nothing to read. */
const HEAD = 8000;

/** Beside what was asked for, which stdout has alone. */
export const remark = (lines: readonly string[]): void =>
  void process.stderr.write(lines.map((line) => `${line}\n`).join(''));

/** @returns 1 when a container would not see the file */
export async function showFile(
  root: string,
  inside: ImageInside,
  history: FileHistory,
  layer?: number,
): Promise<number> {
  remark(versionLines(inside, history, styleFor(process.stderr, process.env)));
  const version =
    layer === undefined
      ? versionAt(history, inside.layers.length)
      : history.versions.find((each) => each.layer === layer && each.change.kind !== 'removed');
  if (!version) {
    const before = history.versions.findLast(({ change }) => change.kind !== 'removed');
    const other = before ? `; --layer ${before.layer} shows the version there` : '';
    remark([`${layer === undefined ? 'No container sees it' : `Layer ${layer} does not have it`}${other}.`]);
    return 1;
  }
  const content = contentOf(root, inside, version);
  if (process.stdout.isTTY) await toTerminal(content, version);
  else await writeOut(content);
  return 0;
}

export function contentOf(
  root: string,
  { layers }: ImageInside,
  { layer, change }: Version,
): AsyncIterable<Uint8Array> {
  const source = layers[layer - 1]?.layer;
  if (!source) throw new RangeError(`there is no layer ${layer}`);
  return fileContent(root, source, change.path, change.file);
}

async function writeOut(content: AsyncIterable<Uint8Array>): Promise<void> {
  // A reader that has seen enough (`| head`) is no failure.
  await pipeline(Readable.from(content), process.stdout, { end: false }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    },
  );
}

/** An image is anybody’s: its files may hold what a terminal takes for orders. */
async function toTerminal(content: AsyncIterable<Uint8Array>, { change: { file } }: Version): Promise<void> {
  const text = (decoded: string) => process.stdout.write(printable(decoded, { keep: '\n\t' }));
  const decoder = new TextDecoder();
  const hash = createHash('sha256');
  let binary: boolean | undefined;
  for await (const chunk of content) {
    binary ??= chunk.subarray(0, HEAD).includes(0);
    if (binary) hash.update(chunk);
    else text(decoder.decode(chunk, { stream: true }));
  }
  if (!binary) text(decoder.decode());
  else
    process.stdout.write(
      `Not text: ${humanSize(file.size)}, sha256:${hash.digest('hex')}. A pipe or > FILE gets it.\n`,
    );
}
