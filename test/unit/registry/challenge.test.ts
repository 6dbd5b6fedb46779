import { describe, expect, it } from 'vitest';
import { challengeOf, parseChallenges } from '../../../core/registry/challenge.ts';

describe('WWW-Authenticate', () => {
  it.each<[string, ReturnType<typeof parseChallenges>]>([
    ['Basic realm="x"', [{ scheme: 'basic', parameters: { realm: 'x' } }]],
    [
      'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:a/b:pull,push"',
      [
        {
          scheme: 'bearer',
          parameters: {
            realm: 'https://auth.docker.io/token',
            service: 'registry.docker.io',
            scope: 'repository:a/b:pull,push',
          },
        },
      ],
    ],
    ['bearer REALM = x , Service=y', [{ scheme: 'bearer', parameters: { realm: 'x', service: 'y' } }]],
    ['Basic realm="a \\"b\\" \\\\, c"', [{ scheme: 'basic', parameters: { realm: 'a "b" \\, c' } }]],
    [
      'Negotiate, Basic realm="a, Bearer realm=b", Bearer realm="c"',
      [
        { scheme: 'negotiate', parameters: {} },
        { scheme: 'basic', parameters: { realm: 'a, Bearer realm=b' } },
        { scheme: 'bearer', parameters: { realm: 'c' } },
      ],
    ],
    ['Basic realm="never closed', [{ scheme: 'basic', parameters: {} }]],
    ['realm="without a scheme"', []],
    [',,', []],
    ['"', []],
    ['', []],
  ])('%j is understood', (header, challenges) => {
    expect(parseChallenges(header)).toEqual(challenges);
  });

  it('may be there several times', () => {
    expect(parseChallenges(['Basic realm=a', 'Bearer realm=b']).map(({ scheme }) => scheme)).toEqual([
      'basic',
      'bearer',
    ]);
    expect(parseChallenges(undefined)).toEqual([]);
  });

  it('is answered with a token where that is possible', () => {
    expect(challengeOf('Basic realm=a, Bearer realm="https://b", service=c')).toEqual({
      scheme: 'bearer',
      realm: 'https://b',
      service: 'c',
    });
    expect(challengeOf('Bearer scope=x, Basic realm=a')).toEqual({ scheme: 'basic' });
    expect(challengeOf('Negotiate')).toBeUndefined();
  });

  it('takes time in proportion to its length', () => {
    expect(parseChallenges(`Basic realm="${'\\"'.repeat(100_000)}`)).toHaveLength(1);
  });
});
