import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DetachKeys, parseDetachKeys } from '../../../stepper/terminal/detach-keys.ts';

/** What the container gets when the pieces are typed one after the other, and `!` where the keys were complete. */
function typed(keys: string, ...pieces: readonly string[]): string {
  const detach = new DetachKeys(parseDetachKeys(keys));
  let all = '';
  for (const piece of pieces) {
    const { pass, detached } = detach.push(Buffer.from(piece, 'latin1'));
    all += pass.toString('latin1');
    if (detached) return `${all}!`;
  }
  return all + detach.end().toString('latin1');
}

describe('detach keys', () => {
  it.each([
    ['ctrl-p,ctrl-q', [16, 17]],
    ['', [16, 17]],
    ['ctrl-a', [1]],
    ['ctrl-@,ctrl-[,ctrl-\\,ctrl-],ctrl-^,ctrl-_', [0, 27, 28, 29, 30, 31]],
    ['a,B,9,DEL', [97, 66, 57, 127]],
  ])('are written like docker’s: %j', (text, bytes) => {
    expect([...parseDetachKeys(text)]).toEqual(bytes);
  });

  it.each(['ctrl-', 'ctrl-A', 'ctrl-1', 'ab', 'a,,b', 'é'])('%j are none', (text) => {
    expect(() => parseDetachKeys(text)).toThrow(/is no key/);
  });

  it.each([
    ['at once', 'ctrl-p,ctrl-q', ['ls\n\x10\x11rest'], 'ls\n!'],
    ['one by one', 'ctrl-p,ctrl-q', ['l', '\x10', '\x11'], 'l!'],
    ['the first, then another key: both are passed on', 'ctrl-p,ctrl-q', ['\x10', 'a'], '\x10a'],
    ['the first twice', 'ctrl-p,ctrl-q', ['\x10', '\x10', '\x11'], '\x10!'],
    ['keys that begin again in themselves', 'a,a,b', ['aa', 'a', 'b'], 'a!'],
    ['the first at the end', 'ctrl-p,ctrl-q', ['x\x10'], 'x\x10'],
  ])('typed %s', (_, keys, pieces, passed) => {
    expect(typed(keys, ...pieces)).toBe(passed);
  });

  it('lose and change nothing that does not hold them, however it is typed', () => {
    const letters = fc.array(fc.constantFrom('a', 'b', 'c')).map((each) => each.join(''));
    fc.assert(
      fc.property(fc.array(letters), (pieces) => {
        const text = pieces.join('');
        const at = text.indexOf('abab');
        expect(typed('a,b,a,b', ...pieces)).toBe(at < 0 ? text : `${text.slice(0, at)}!`);
      }),
    );
  });
});
