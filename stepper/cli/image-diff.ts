/** `tsstep image show --diff`: what is different between two versions of a file. */
import { spawnSync } from 'node:child_process';
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { TsstepError } from '../../core/errors.ts';
import type { ImageInside } from '../../core/image/inside/types.ts';
import { type FileHistory, versionAt } from '../../core/image/inside/versions.ts';
import { missingTool } from '../../core/perform/run-tool.ts';
import { versionLines } from '../layers/version-lines.ts';
import { differenceText, shownPath } from '../layers/words.ts';
import { type Style, styleFor } from '../plain/style.ts';
import { printable } from '../printable.ts';
import { contentOf, remark } from './image-file.ts';

/** @param layers which two states to compare; the last two versions without it */
export async function showDiff(
  root: string,
  inside: ImageInside,
  history: FileHistory,
  layers?: readonly [from: number, to: number],
): Promise<number> {
  remark(versionLines(inside, history, styleFor(process.stderr, process.env)));
  const to = layers?.[1] ?? history.versions.at(-1)?.layer ?? 1;
  const from = layers?.[0] ?? history.versions.at(-2)?.layer ?? 0;
  const versions = [versionAt(history, from), versionAt(history, to)] as const;
  const folder = mkdtempSync(join(tmpdir(), 'tsstep-diff-'));
  try {
    const files = ['a', 'b'].map((name) => join(folder, name));
    for (const [index, version] of versions.entries()) {
      const content = version ? contentOf(root, inside, version) : [];
      await pipeline(Readable.from(content), createWriteStream(files[index] ?? '', { mode: 0o600 }));
    }
    const labels = [from, to].map((layer, index) =>
      versions[index] ? `${shownPath(history.path)} (layer ${layer})` : '/dev/null',
    );
    const output = unified(files, labels);
    process.stdout.write(
      process.stdout.isTTY ? coloured(output, styleFor(process.stdout, process.env)) : output,
    );
    if (output === '') remark([unchanged(history, to)]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return 0;
}

function unchanged({ versions }: FileHistory, layer: number): string {
  const change = versions.find((each) => each.layer === layer)?.change;
  return change?.kind === 'changed'
    ? `No difference in content: ${differenceText(change)}.`
    : 'No difference.';
}

/** diff(1) ends with 1 for files that differ; GNU's with 2 for binary ones, too. */
function unified(files: readonly string[], labels: readonly string[]): string {
  const argv = ['-u', ...labels.flatMap((label) => ['-L', label]), ...files];
  const { stdout, stderr, status, error } = spawnSync('diff', argv, {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, LC_ALL: 'C' },
    maxBuffer: 256 * 1024 * 1024,
  });
  if (error) throw 'code' in error && error.code === 'ENOENT' ? missingTool('diff') : error;
  if (status === 0 || status === 1 || stdout.startsWith('Binary files')) return stdout;
  throw new TsstepError({
    code: 'tool-failed',
    what: `diff ended with exit code ${status}`,
    why: stderr.trim() || 'it said nothing',
    remedy: 'get both versions with --file and --layer, and compare them by hand',
  });
}

function coloured(output: string, style: Style): string {
  const paint = { '+': style.good, '-': style.bad, '@': style.heading } as const;
  return printable(output, { keep: '\n\t' })
    .split('\n')
    .map((line) => (paint[line[0] as keyof typeof paint] ?? ((text: string) => text))(line))
    .join('\n');
}
