import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Spec } from '../../../core/spec/types.ts';
import { redactArguments } from '../../../tracer/redact.ts';

const redacted = (argv: readonly string[], env: readonly (readonly [string, string])[]) =>
  redactArguments(argv, { env } as unknown as Spec, new Set(env.map(([name]) => name)));

describe('a command line in a recording', () => {
  it.each([
    [
      ['-e', 'KEY=secret'],
      ['-e', 'KEY=(redacted)'],
    ],
    [['--env=KEY=secret'], ['--env=KEY=(redacted)']],
    [['-iteKEY=secret'], ['-iteKEY=(redacted)']],
    [
      ['sh', '-c', 'KEY=secret run'],
      ['sh', '-c', 'KEY=(redacted) run'],
    ],
    [
      ['-e', 'OTHER_KEY=secret'],
      ['-e', 'OTHER_KEY=secret'],
    ],
  ])('%j becomes %j', (argv, shown) => {
    expect(redacted(argv, [['KEY', 'secret']])).toEqual(shown);
  });

  it('keeps no value because its variable ends like another one', () => {
    const env = [
      ['KEY', ''],
      ['API_KEY', 'hunter2'],
    ] as const;
    expect(redacted(['-e', 'KEY=', '-e', 'API_KEY=hunter2'], env).join(' ')).not.toContain('hunter2');
  });

  it('holds no value of any variable, whatever the names and values are', () => {
    const name = fc.stringMatching(/^[A-Z_]{1,4}$/);
    const value = fc.stringMatching(/^[a-z.*$\\]{3,8}$/);
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(name, value), { selector: ([key]) => key }), (env) => {
        const shown = redacted(
          env.flatMap(([key, secret]) => ['-e', `${key}=${secret}`]),
          env,
        );
        expect(shown).toEqual(env.flatMap(([key]) => ['-e', `${key}=(redacted)`]));
      }),
    );
  });
});
