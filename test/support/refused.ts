/** What a person reads when something is refused. */
import { expect } from 'vitest';
import type { Result } from './commands.ts';

/** One error in docs/errors.md's form, in which `what` and `remedy` are found, and nothing else but docker's word about a missing image. */
export function expectRefused(result: Result, code: number, what: RegExp, remedy: RegExp = /./): void {
  expect(result).toMatchObject({ code, stdout: '' });
  const form =
    /^(?:Unable to find image '.+' locally\n)?tsstep: (?<what>.+)\n(?: {2}at: .+\n)? {2}why: (?<why>.+)\n {2}remedy: (?<remedy>.+)\n$/;
  expect(result.stderr).toMatch(form);
  const { groups } = form.exec(result.stderr) ?? {};
  expect(`${groups?.what}; ${groups?.why}`).toMatch(what);
  expect(groups?.remedy).toMatch(remedy);
}
