import { expect, it } from 'vitest';
import { ofProcesses } from '../../../stepper/cli/top.ts';

it('keeps the lines of these processes, with what is too much in the last column', () => {
  const output = 'UID   PID CMD\nroot    7 sh -c  sleep 1\nroot   70 other\nme      8 cat\n';
  expect(ofProcesses(output, new Set([7, 8]))).toEqual({
    titles: ['UID', 'PID', 'CMD'],
    rows: [
      ['root', '7', 'sh -c sleep 1'],
      ['me', '8', 'cat'],
    ],
  });
});

it('counts a line without a pid as a thread of the one above it', () => {
  const output = 'PID LWP\n7 -\n- 7\n9 -\n- 9\n';
  expect(ofProcesses(output, new Set([7])).rows).toEqual([
    ['7', '-'],
    ['-', '7'],
  ]);
});

it('refuses options that leave the pid out', () => {
  expect(() => ofProcesses('USER\nroot\n', new Set())).toThrow(/PID field/);
});
