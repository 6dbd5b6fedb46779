import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import build from '../../support/build.ts';
import { run } from '../../support/commands.ts';
import { bash, Desk, fish, type Type, zsh, zshFromFpath } from '../../support/shells.ts';

const program = join(import.meta.dirname, '../../../bin/tsstep');

let desk: Desk;
beforeAll(() => build());
beforeEach(() => {
  desk = new Desk();
  mkdirSync(join(desk.root, 'names'));
  symlinkSync('…', join(desk.root, 'names/web'));
});
afterEach(() => desk.remove());

/** The words of the line behind what was typed, each whole: bash leaves out what stands before `=` and `:`. */
function offers(typed: string, line: string): string[] {
  const [front = ''] = /^.*\s/s.exec(typed) ?? [];
  const [glued = ''] = /^.*[=:]/s.exec(typed.slice(front.length)) ?? [];
  const words = line.slice(front.length).trim().replaceAll(/['"]/g, '');
  return words === '' ? [] : words.split(/\s+/).map((word) => (word.startsWith(glued) ? word : glued + word));
}

const shells: [name: string, command: string, type: Type][] = [
  ['bash', 'bash', bash],
  ['zsh', 'zsh', zsh],
  ['zsh with the script in fpath', 'zsh', zshFromFpath],
  ['fish', 'fish', fish],
];

describe.each(shells)('in %s', (_name, command, type) => {
  beforeEach(async (context) => {
    const { code } = await run(['sh', '-c', `command -v ${command}`]);
    context.skip(code !== 0, `needs ${command}`);
  });

  test('what fits is offered, whatever is quoted or glued, and file names where they fit', async () => {
    // Where nothing fits, what was typed stays.
    const expected: [typed: string, offers: string[]][] = [
      ['tsstep nonsense', ['nonsense']],
      ['tsstep pl', ['plan']],
      ['tsstep run --un', ['--until']],
      ['tsstep run --until=ex', ['--until=exec']],
      ['tsstep run --ui ', ['auto', 'plain', 'json', 'quiet']],
      ['tsstep run --rm lab:', ['lab:latest']],
      [`tsstep run 'la`, ['lab:latest']],
      ['tsstep run -l "a b":c=d --un', ['--until']],
      ['tsstep run --break vol', ['volumes', 'volumes:']],
      ['tsstep run --break volumes:pi', ['volumes:pivot']],
      ['tsstep rm ', ['web']],
      ['tsstep images ', []],
      ['tsstep images n', ['n']],
      ['tsstep load -i n', ['notes']],
      ['tsstep run --events=./n', ['--events=./notes']],
      ['tsstep run lab cat n', ['notes']],
      ['tsstep images > n', ['notes']],
      ['~/../bin/tsstep run --un', ['--until']],
    ];
    const typed = expected.map(([line]) => line);
    const { lines } = await type(desk, 'all', typed);
    const offered = typed.map((line, index) => [line, offers(line, lines[index] ?? '')]);
    expect(offered).toEqual(expected);
  });

  test('a Tab puts a space behind what is whole, and none behind what goes on', async (context) => {
    context.skip(command === 'fish', 'fish has a rule of its own for this');
    const { lines } = await type(desk, 'tab', [
      'tsstep run --ui=q',
      'tsstep run --inject vol',
      'tsstep run --break vol',
    ]);
    expect(lines).toEqual([
      'tsstep run --ui=quiet ',
      'tsstep run --inject volumes:',
      'tsstep run --break volumes',
    ]);
  });

  test('nothing that was typed is run, and nothing is made', async () => {
    await type(desk, 'tab', ['tsstep run --env "$(touch ~/oops)" --un', 'tsstep run `touch ~/oops` --un']);
    expect(existsSync(join(desk.home, 'oops'))).toBe(false);
    expect(readdirSync(desk.root)).toEqual(['names']);
  });

  test('a tsstep that fails says nothing, and file names are offered', async () => {
    // It is broken only after it has printed the script.
    const link = join(desk.directory, 'bin/tsstep');
    rmSync(link);
    desk.write(
      'bin/tsstep',
      `#!/bin/sh\n[ "$1" = completion ] && exec '${program}' "$@"\necho broken\necho broken >&2\nexit 127\n`,
    );
    const { lines, screen } = await type(desk, 'tab', ['tsstep run n']);
    expect(lines.map((line) => line.trim())).toEqual(['tsstep run notes']);
    expect(screen).not.toContain('broken');
  });
});

describe('tsstep __complete', () => {
  const ask = async (env: Record<string, string>, ...words: string[]) =>
    await run([program, '__complete', '--', ...words], { env: { ...desk.env, ...env } });

  test('prints a candidate a line with what it is, and ends with 1 where file names fit', async () => {
    expect(await ask({}, 'images')).toEqual({ code: 0, stdout: 'images\tlist images\n', stderr: '' });
    expect(await ask({}, 'rm', '')).toEqual({ code: 0, stdout: 'web\n', stderr: '' });
    expect(await ask({}, 'load', '-i', '')).toEqual({ code: 1, stdout: '', stderr: '' });
    expect(await ask({})).toMatchObject({ code: 0, stderr: '' });
  });

  test('leaves out what a shell would take for more than a word', async () => {
    for (const name of ['$(reboot)', 'a b', "it's", 'a;b']) symlinkSync('…', join(desk.root, 'names', name));
    expect(await ask({}, 'rm', '')).toEqual({ code: 0, stdout: 'web\n', stderr: '' });
  });

  test('does without a store that may not be read', async () => {
    chmodSync(desk.root, 0);
    // Root may read everything, unless its capabilities are taken away.
    const asUser = process.getuid?.() === 0 ? ['setpriv', '--inh-caps=-all', '--bounding-set=-all'] : [];
    const { env } = desk;
    const answer = async (...words: string[]) =>
      await run([...asUser, program, '__complete', '--', ...words], { env });
    try {
      expect(await answer('run', '')).toEqual({ code: 0, stdout: 'lab:latest\n', stderr: '' });
      expect(await answer('rm', '')).toEqual({ code: 0, stdout: '', stderr: '' });
      expect((await answer('run', '--break', 'volumes:pi')).stdout).toMatch(/^volumes:pivot\t/);
    } finally {
      chmodSync(desk.root, 0o700);
    }
  });

  test('makes no store', async () => {
    const nowhere = join(desk.directory, 'nowhere');
    for (const words of [
      ['run', ''],
      ['rm', ''],
      ['run', '--break', 'volumes:'],
    ])
      expect((await ask({ TSSTEP_ROOT: nowhere, TSSTEP_RUN: nowhere }, ...words)).code).toBe(0);
    expect(existsSync(nowhere)).toBe(false);
  });
});

describe('tsstep completion', () => {
  test.each([
    [[], 'tsstep completion needs the name of a shell'],
    [['ksh'], 'there is no completion for "ksh"'],
    [['toString'], 'there is no completion for "toString"'],
  ])('of %j says what is wrong and what to do, and ends with 125', async (words, what) => {
    const { code, stdout, stderr } = await run([program, 'completion', ...words]);
    expect({ code, stdout }).toEqual({ code: 125, stdout: '' });
    expect(stderr).toContain(`tsstep: ${what}\n  why: `);
    expect(stderr).toContain('  remedy: tsstep completion bash');
  });
});
