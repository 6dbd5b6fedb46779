import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { declareProgram } from '../../../stepper/cli/program.ts';
import { commands } from '../../../stepper/commands/table.ts';
import { codes, page, pages, rows } from './pages.ts';

const program = (): Command => declareProgram(() => undefined);

const optionsOf = (command: Command): string[] => [
  ...command.options.flatMap(({ short, long }) => [short, long].filter((flag) => flag !== undefined)),
  ...command.commands.flatMap((each) => optionsOf(each as Command)),
];

/** Those that the help shows, but for itself. */
function namesOf(declared: Command): string[] {
  const shown = declared.createHelp().visibleCommands(declared);
  return shown.map((command) => command.name()).filter((name) => name !== 'help');
}

const runOf = (declared: Command): Command =>
  declared.commands.find((each) => each.name() === 'run') as Command;

/** Flags of tsstep: in a code span that begins with one, or behind `tsstep` in a span or on a line of a block. */
function flagsIn(text: string): string[] {
  const blocks = [...text.matchAll(/^```.*\n([\s\S]*?)^```/gm)].flatMap(([, block = '']) =>
    block.split('\n'),
  );
  const typed = [...codes(text.replaceAll(/^```[\s\S]*?^```/gm, '')), ...blocks]
    .map((code) => code.replace(/^[$#] /, '').replace(/\s#.*$/, ''))
    .flatMap((code) => (/^-/.test(code) ? [code] : (/(?:^|\| )tsstep (.*)/.exec(code)?.slice(1) ?? [])))
    // What follows the image's name is the container's, what follows a pipe another program's.
    .map((code) => code.split(/ \| | (?=lab\b)/)[0] ?? '');
  return typed
    .flatMap((code) => code.split(/\s+/))
    .flatMap((word) => /^(--[a-z][a-z-]*|-[a-z])(?![a-z])/i.exec(word)?.slice(1) ?? []);
}

describe.each(['README.md', 'docs/guide.md'])('%s', (path) => {
  const table = rows(page(path), 'key');

  it('has every command of the prompt in its table, with its key and argument, and no other', () => {
    const listed = table.map(([key = '', command = '']) => `${codes(key)[0]} ${codes(command)[0]}`);
    const real = commands.map(({ key, name, argument }) => `${key} ${name}${argument ? ` ${argument}` : ''}`);
    expect(listed.sort()).toEqual(real.sort());
  });

  it('has every flag for watching in its text', () => {
    const watching = runOf(program()).options.filter(
      (option) => option.helpGroupHeading === 'Watching it happen:',
    );
    expect(watching.length).toBeGreaterThan(5);
    expect(
      watching.map(({ long }) => long).filter((flag) => !flagsIn(page(path)).includes(flag ?? '')),
    ).toEqual([]);
  });
});

describe('the documentation', () => {
  const known = new Set([...optionsOf(program()), '--help', '--version']);
  /** Flags of other programs that stand alone in a code span. */
  const others: Readonly<Record<string, readonly string[]>> = {
    'docs/architecture.md': ['--kill-child'],
    'docs/images.md': ['--skip', '--include'],
    'docs/platforms.md': ['--cgroupns'],
    'CONTRIBUTING.md': ['--project'],
  };

  it.each(pages().filter((path) => !path.startsWith('docs/decisions/')))(
    '%s names no flag that tsstep does not have',
    (path) => {
      const unknown = flagsIn(page(path)).filter((flag) => !known.has(flag) && !others[path]?.includes(flag));
      expect([...new Set(unknown)]).toEqual([]);
    },
  );

  it.each(['README.md', 'docs/guide.md', 'CHANGELOG.md'])(
    '%s names no command that tsstep does not have',
    (path) => {
      const named = codes(page(path)).flatMap((code) => /^tsstep ([a-z]+)/.exec(code)?.slice(1) ?? []);
      const real = program().commands.map((command) => command.name());
      expect([...new Set(named)].filter((name) => !real.includes(name))).toEqual([]);
    },
  );

  it.each(namesOf(program()))('has tsstep %s in the guide or on the page about containers', (name) => {
    const named = ['docs/guide.md', 'docs/containers.md'].flatMap((path) => codes(page(path)));
    expect(named.some((code) => new RegExp(`^tsstep ${name}\\b`).test(code))).toBe(true);
  });

  it('has every command in the README’s list, and no other', () => {
    const list = /^- Commands so far: ([\s\S]*?)\.\n/m.exec(page('README.md'))?.[1] ?? '';
    const listed = new Set(codes(list).map((code) => code.split(' ')[0] ?? ''));
    const below = program().commands.flatMap(namesOf);
    expect(namesOf(program()).filter((name) => !listed.has(name))).toEqual([]);
    expect([...listed].filter((name) => ![...namesOf(program()), ...below].includes(name))).toEqual([]);
  });
});
