import { describe, expect, it } from 'vitest';
import { declareProgram } from '../../../stepper/cli/program.ts';

const program = (...words: string[]) => declareProgram(() => undefined, words);
const hasContainer = (...words: string[]): boolean =>
  program(...words).commands.some((command) => command.name() === 'container');

describe('the noun container', () => {
  it.each([
    [],
    ['--help'],
    ['help'],
    ['help', 'container'],
    ['contianer', 'ls'],
    ['container', 'ls'],
    ['__complete', '--', 'container', ''],
  ])('is there for %j %j', (...words) => expect(hasContainer(...words)).toBe(true));

  it('is in the help', () => expect(program('--help').helpInformation()).toMatch(/^ +container /m));

  it.each(['run', 'ps', 'image'])('is not made for %s, which does not need it', (name) =>
    expect(hasContainer(name)).toBe(false),
  );

  it('has docker’s ls, and its own prune', () => {
    const noun = program('container').commands.find((command) => command.name() === 'container');
    expect(noun?.commands.map((command) => command.name())).toEqual(
      expect.arrayContaining(['ls', 'rm', 'inspect', 'prune']),
    );
  });
});
