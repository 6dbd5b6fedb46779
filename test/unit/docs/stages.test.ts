import { describe, expect, it } from 'vitest';
import { type StageName, stageNames } from '../../../core/stage.ts';
import { codes, page, rows } from './pages.ts';
import { plannedNames } from './plans.ts';

const pathOf = (stage: StageName): string => `docs/stages/${stageNames.indexOf(stage) + 1}-${stage}.md`;

/** `bind-PATH` stands for every name that begins so. */
function matcher(name: string): RegExp {
  const literal = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/[A-Z]+$/, '.+');
  return new RegExp(`^${literal}$`);
}

describe.each(stageNames)('the page of stage %s', (stage) => {
  const listed = rows(page(pathOf(stage)), 'operation');
  const matchers = listed
    .flatMap(([names = '']) => codes(names))
    .map((name) => [name, matcher(name)] as const);

  it('lists no operation that no plan has', async () => {
    const planned = await plannedNames(stage);
    expect(
      matchers
        .filter(([, fits]) => ![...planned.keys()].some((name) => fits.test(name)))
        .map(([name]) => name),
    ).toEqual([]);
  });

  it('lists every operation that the plans have', async () => {
    const planned = await plannedNames(stage);
    expect([...planned.keys()].filter((name) => !matchers.some(([, fits]) => fits.test(name)))).toEqual([]);
  });

  it('says of each operation where it is performed', async () => {
    const planned = await plannedNames(stage);
    for (const [names = '', where] of listed) {
      for (const fits of codes(names).map(matcher)) {
        const exact = [...planned].filter(([name]) => fits.test(name));
        expect(exact.map(([name, side]) => [name, side])).toContainEqual([expect.anything(), where]);
      }
    }
  });

  it('is headed by its number and name, and says what goes wrong and how to do it by hand', () => {
    expect(page(pathOf(stage))).toMatch(new RegExp(`^# ${stageNames.indexOf(stage) + 1}\\. ${stage}\\n`));
    for (const heading of [
      'Operations',
      'While it is paused',
      'By hand',
      'What goes wrong',
      'docker and runc',
    ]) {
      expect(page(pathOf(stage))).toContain(`\n## ${heading}\n`);
    }
  });
});
