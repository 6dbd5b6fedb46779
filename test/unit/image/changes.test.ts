import { expect, it } from 'vitest';
import { applyChanges } from '../../../core/image/changes.ts';

it('a signal that there is not does not get into an image', () => {
  expect(applyChanges({}, ['STOPSIGNAL SIGRTMIN+3'])).toEqual({ StopSignal: 'SIGRTMIN+3' });
  expect(() => applyChanges({}, ['STOPSIGNAL SIGRTMIN3'])).toThrow('there is no signal "SIGRTMIN3"');
});
