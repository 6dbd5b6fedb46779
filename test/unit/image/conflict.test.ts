import { describe, expect, it } from 'vitest';
import { judgeRemoval, type Users } from '../../../core/image/store/conflict.ts';
import { displayName } from '../../../core/image/store/names.ts';
import { findAmong } from '../../../core/image/store/stored.ts';
import { digest, imageOf } from './stored-images.ts';
import { failure } from './tars.ts';

const byDigest = `docker.io/library/a@${digest('d')}`;
const one = ['docker.io/library/a:1'];
const two = ['docker.io/library/a:1', 'docker.io/library/a:2'];
const stopped: Users = { running: [], stopped: ['5'.repeat(64)] };
const running: Users = { running: ['7'.repeat(64)], stopped: [] };
const nobody: Users = { running: [], stopped: [] };

function judged(names: readonly string[], text: string, users: Users, force = false) {
  const { untagged, gone } = judgeRemoval(findAmong([imageOf('abc', names)], text), users, force);
  return `${untagged.map(displayName).join(' ')}${gone ? ' and the image' : ''}`;
}

// Each as docker 28 does it.
describe('removing an image', () => {
  it.each<[string, readonly string[], string, Users, boolean, string]>([
    ['its last name', one, 'a:1', nobody, false, 'a:1 and the image'],
    ['one of its names', two, 'a:1', nobody, false, 'a:1'],
    ['one of its names, in use', two, 'a:1', running, false, 'a:1'],
    ['its last name by force, in use by one that ended', one, 'a:1', stopped, true, 'a:1 and the image'],
    ['its last name by force, running', one, 'a:1', running, true, 'a:1'],
    [
      'its last tag, pulled by digest too',
      [...one, byDigest],
      'a:1',
      nobody,
      false,
      `a:1 a@${digest('d')} and the image`,
    ],
    ['its ID, with one name', one, 'abc', nobody, false, 'a:1 and the image'],
    ['its ID, without a name', [], 'abc', nobody, false, ' and the image'],
    ['its ID by force, with two names', two, 'abc', nobody, true, 'a:1 a:2 and the image'],
    ['its ID by force, in use by one that ended', two, 'abc', stopped, true, 'a:1 a:2 and the image'],
  ])('by %s', (_, names, text, users, force, expected) => {
    expect(judged(names, text, users, force)).toBe(expected);
  });

  it.each<[string, readonly string[], string, Users, boolean, string]>([
    [
      'its last name, in use',
      one,
      'a:1',
      stopped,
      false,
      'conflict: unable to remove repository reference "a:1" (must force): container 555555555555 is using its referenced image abc000000000',
    ],
    [
      'its ID, with two names',
      two,
      'abc',
      nobody,
      false,
      'conflict: unable to delete abc000000000 (must be forced): image is referenced in multiple repositories',
    ],
    [
      'its ID, in use by one that ended',
      one,
      'abc',
      stopped,
      false,
      'conflict: unable to delete abc000000000 (must be forced): image is being used by stopped container 555555555555',
    ],
    [
      'its ID, running, even by force',
      one,
      'abc',
      running,
      true,
      'conflict: unable to delete abc000000000 (cannot be forced): image is being used by running container 777777777777',
    ],
  ])('is refused by %s', (_, names, text, users, force, message) => {
    expect(() => judged(names, text, users, force)).toThrow(message);
  });

  it.each<[string, Users, readonly string[], string]>([
    [
      'the container that ended',
      stopped,
      one,
      'tsstep rm 555555555555, or force: tsstep rmi -f abc000000000',
    ],
    ['the one that runs', running, one, 'tsstep rm 777777777777 -f first'],
    ['no container', nobody, two, 'name what is to go, or force: tsstep rmi -f abc000000000'],
  ])('by ID is refused with a remedy that names %s', async (_, users, names, remedy) => {
    const refused = Promise.resolve().then(() => judged(names, 'abc', users));
    expect(await failure(refused)).toMatchObject({ code: 'image-in-use', remedy });
  });
});
