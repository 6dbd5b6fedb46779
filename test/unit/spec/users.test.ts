import { describe, expect, test } from 'vitest';
import { failureOf } from '../../../core/errors.ts';
import { resolveUser } from '../../../core/spec/users.ts';

const passwd = `root:x:0:0:root:/root:/bin/sh
bob:x:1000:100:Bob:/home/bob:/bin/sh

broken line
evil:x:abc:0::/:/bin/sh
1000:x:0:0:a name that is a number:/trap:/bin/sh
homeless:x:7:7::
`;
const group = `root:x:0:
users:x:100:
wheel:x:10:bob,root
audio:x:63:bob
`;
const resolve = (user: string, groupAdd: string[] = []) => resolveUser(user, groupAdd, passwd, group);
const failure = (user: string, groupAdd: string[] = [], files = [passwd, group]) => {
  try {
    resolveUser(user, groupAdd, files[0] ?? '', files[1] ?? '');
  } catch (error) {
    return failureOf(error);
  }
  throw new Error(`accepted: ${user}`);
};

describe('a user', () => {
  // Measured with docker 20.10 and such files, but for the last row's home: docker leaves HOME empty.
  test.each<[string, string[], [uid: number, gid: number, groups: number[], home: string]]>([
    ['', [], [0, 0, [0, 10], '/root']],
    [':', [], [0, 0, [0, 10], '/root']],
    [':10', [], [0, 10, [10], '/root']],
    ['bob', [], [1000, 100, [10, 63, 100], '/home/bob']],
    ['bob:', [], [1000, 100, [10, 63, 100], '/home/bob']],
    ['1000', [], [1000, 100, [10, 63, 100], '/home/bob']],
    ['bob:wheel', [], [1000, 10, [10], '/home/bob']],
    ['1000:10', [], [1000, 10, [10], '/home/bob']],
    ['1000', ['audio', '5'], [1000, 100, [5, 10, 63, 100], '/home/bob']],
    ['bob', ['100'], [1000, 100, [10, 63, 100], '/home/bob']],
    ['77', [], [77, 0, [0], '/']],
    ['2147483647', [], [2147483647, 0, [0], '/']],
    ['77:88', ['99'], [77, 88, [88, 99], '/']],
    ['homeless', [], [7, 7, [7], '/']],
  ])('%j with --group-add %j is found as docker does', (user, groupAdd, [uid, gid, groups, home]) => {
    expect(resolve(user, groupAdd)).toMatchObject({ uid, gid, groups, home });
  });

  test('has its name where passwd knows one', () => {
    expect(resolve('1000').name).toBe('bob');
    expect(resolve('77')).not.toHaveProperty('name');
  });

  test('is root in an image without passwd and group', () => {
    expect(resolveUser('', [], '', '')).toEqual({ uid: 0, gid: 0, groups: [0], home: '/' });
  });

  test('whose line has no readable number does not exist: it must not become root', () => {
    expect(failure('evil').code).toBe('no-such-user');
  });

  test('that the image lacks is an error that lists some that it has', () => {
    expect(failure('nope')).toMatchObject({
      code: 'no-such-user',
      what: 'unable to find user "nope"',
      remedy: expect.stringContaining('root, bob'),
      exit: 125,
    });
    expect(failure('nope', [], ['', '']).remedy).toMatch(/missing or empty/);
  });

  test.each([
    [':nope', []],
    ['bob:nope', []],
    ['bob', ['nope']],
  ])('%j with --group-add %j names a group that the image lacks', (user, groupAdd) => {
    expect(failure(user, groupAdd)).toMatchObject({
      code: 'no-such-user',
      what: 'unable to find group "nope"',
    });
  });

  test.each(['-1', '2147483648', '0:4294967295', '99999999999'])('%j is out of range', (user) => {
    expect(failure(user)).toMatchObject({
      code: 'usage',
      why: 'uids and gids must be in range 0-2147483647',
    });
  });

  test('of a passwd line beyond the range is refused, too', () => {
    expect(failure('big', [], ['big:x:4294967295:0::/:', '']).why).toMatch(/range/);
  });
});
