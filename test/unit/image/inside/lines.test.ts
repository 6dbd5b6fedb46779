import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lookInside } from '../../../../core/image/inside/index.ts';
import type { ImageInside } from '../../../../core/image/inside/types.ts';
import { fileHistory, versionAt } from '../../../../core/image/inside/versions.ts';
import { imageJson, jsonText } from '../../../../stepper/layers/json.ts';
import { layerLines } from '../../../../stepper/layers/layer-lines.ts';
import { stackLines } from '../../../../stepper/layers/stack-lines.ts';
import { versionLines } from '../../../../stepper/layers/version-lines.ts';
import { ranges } from '../../../../stepper/layers/words.ts';
import { type Style, styleFor } from '../../../../stepper/plain/style.ts';
import { failure, temporaryRoot } from '../tars.ts';
import { build, folder, steps } from './images.ts';

const terminal = (columns: number, environment: NodeJS.ProcessEnv): Style =>
  styleFor({ isTTY: true, columns } as NodeJS.WriteStream, environment);
const plain = (columns: number): Style => terminal(columns, { NO_COLOR: '1' });

const hostile = '\u001b[2J\u009b1m\u202e\n';

/** The store and the image, looked into. */
async function inside(...args: Parameters<typeof build> extends [unknown, ...infer Rest] ? Rest : never) {
  const root = temporaryRoot();
  return await lookInside(root, await build(root, ...args));
}

const allLines = (image: ImageInside, style: Style): string[] => [
  ...stackLines(image, style),
  ...[...image.layers].reverse().flatMap((layer) => ['', ...layerLines(image, layer, style)]),
];

describe('an image that is shown', () => {
  it.each([80, 120])(
    'fits into %i columns, as in golden/stack-*.txt (update it with vitest -u)',
    async (columns) => {
      const root = temporaryRoot();
      const image = await build(root, 'app:1', steps);
      await build(root, 'registry.example/other:2', [
        ...steps.slice(0, 3),
        { created_by: 'RUN other', members: [folder('x')] },
      ]);
      // The image's ID is another one on each architecture.
      const inside = { ...(await lookInside(root, image)), id: `sha256:${'0123456789abcdef'.repeat(4)}` };
      const lines = allLines(inside, plain(columns));
      await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(
        join(import.meta.dirname, `golden/stack-${columns}.txt`),
      );
      const digests = /^ {2}(diff ID|blob) /;
      expect(lines.filter((line) => line.length > columns && !digests.test(line))).toEqual([]);
    },
  );

  it('says the same in colours', async () => {
    const image = await inside('app:1', steps);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what colours are made of
    const bare = allLines(image, terminal(80, {})).map((line) => line.replace(/\u001b\[\d+m/g, ''));
    expect(bare).toEqual(allLines(image, plain(80)));
  });

  it('gives a terminal no orders, whatever names, targets and instructions hold', async () => {
    const image = await inside('app:1', [
      {
        created_by: `RUN ${hostile}`,
        members: [
          { name: `evil${hostile}`, content: 'x' },
          { name: 'link', type: 'symlink', linkname: hostile },
        ],
      },
      { created_by: `ENV ${hostile}` },
      { created_by: 'RUN rm', members: [{ name: `.wh.evil${hostile}` }] },
    ]);
    const history = fileHistory(image, `/evil${hostile}`);
    const lines = [
      ...allLines(image, plain(80)),
      ...versionLines(image, history, plain(80)),
      ...jsonText(imageJson(image, true)).split('\n'),
    ];
    expect(lines.filter((line) => /[\p{Cc}\u202e]/u.test(line))).toEqual([]);
    expect(lines.join('\n')).toContain('/evil\\x1b[2J\\x9b1m\\u202e\\x0a');
  });

  it('without history says that it does not know', async () => {
    const image = await inside('app:1', [{ created_by: '', members: [folder('a')] }]);
    expect(stackLines(image, plain(80)).join('\n')).toContain('(the image does not say what made it)');
  });

  it('shows a layer that repeats where it counts, at the top', async () => {
    const again = { created_by: 'COPY a /', members: [{ name: 'a', content: 'a' }] };
    const image = await inside('app:1', [
      again,
      { created_by: 'RUN b', members: [{ name: 'b', content: '' }] },
      again,
    ]);
    expect(image.layers.map(({ bytes, repeatedAs }) => [bytes, repeatedAs])).toEqual([
      [0, 3],
      [0, undefined],
      [1, undefined],
    ]);
    expect(image.waste).toEqual([]);
  });
});

describe('the versions of a file', () => {
  it('are found through symlinks, and end where a layer removes it', async () => {
    const image = await inside('app:1', [
      {
        created_by: 'ADD',
        members: [
          folder('usr'),
          folder('usr/bin'),
          { name: 'usr/bin/x', content: '1' },
          { name: 'bin', type: 'symlink', linkname: 'usr/bin' },
        ],
      },
      {
        created_by: 'RUN',
        members: [folder('usr'), folder('usr/bin'), { name: 'usr/bin/x', content: '22' }],
      },
      { created_by: 'RUN rm', members: [folder('usr'), folder('usr/bin'), { name: 'usr/bin/.wh.x' }] },
    ]);
    const history = fileHistory(image, '/bin/x');
    expect(history).toMatchObject({
      path: 'usr/bin/x',
      versions: [{ layer: 1 }, { layer: 2 }, { layer: 3 }],
    });
    expect([0, 1, 2, 3].map((layer) => versionAt(history, layer)?.change.file.size)).toEqual([
      undefined,
      1,
      2,
      undefined,
    ]);
    expect(fileHistory(image, '/usr').versions).toEqual([]);
    expect(fileHistory(image, '/nothing').versions).toEqual([]);
  });

  it('of symlinks in a circle are refused', async () => {
    const image = await inside('app:1', [
      { created_by: 'ADD', members: [{ name: 'a', type: 'symlink', linkname: 'a' }] },
    ]);
    expect((await failure(Promise.resolve().then(() => fileHistory(image, 'a')))).code).toBe('bad-image');
  });
});

it('numbers in a row are written as a range', () => {
  expect(ranges([1, 2, 3, 5, 7, 8])).toBe('1-3, 5, 7-8');
});
