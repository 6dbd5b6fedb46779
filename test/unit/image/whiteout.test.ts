import { describe, expect, it } from 'vitest';
import { failureOf } from '../../../core/errors.ts';
import { whiteoutOf } from '../../../core/image/unpack/whiteout.ts';

describe('whiteoutOf', () => {
  it.each([
    ['etc/passwd', undefined],
    ['etc/.whatever', undefined],
    ['.wh.gone', { kind: 'remove', path: 'gone' }],
    ['a/b/.wh.gone', { kind: 'remove', path: 'a/b/gone' }],
    ['a/.wh.a.wh.b', { kind: 'remove', path: 'a/a.wh.b' }],
    ['.wh..wh..opq', { kind: 'opaque', path: '' }],
    ['a/b/.wh..wh..opq', { kind: 'opaque', path: 'a/b' }],
    ['.wh..wh.plnk', { kind: 'ignore' }],
    ['.wh..wh.plnk/12.34', { kind: 'ignore' }],
    ['.wh..wh.orph', { kind: 'ignore' }],
  ])('%s asks for %j', (path, expected) => {
    expect(whiteoutOf(path)).toEqual(expected);
  });

  it.each(['.wh.', 'a/.wh..', 'a/.wh...', '.wh.a/b'])(
    '%s is refused: it would hide something else',
    (path) => {
      let thrown: unknown;
      try {
        whiteoutOf(path);
      } catch (error) {
        thrown = error;
      }
      expect(failureOf(thrown).code).toBe('bad-image');
      expect(failureOf(thrown).what).toContain(JSON.stringify(path));
    },
  );
});
