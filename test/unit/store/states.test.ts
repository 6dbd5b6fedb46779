import { describe, expect, it } from 'vitest';
import type { Container, Status } from '../../../core/store/containers.ts';
import { requireState, transitions, type Verb } from '../../../core/store/states.ts';

const statuses: readonly Status[] = [
  'creating',
  'created',
  'running',
  'paused',
  'restarting',
  'removing',
  'exited',
  'dead',
];

const inState = (status: Status) => ({ config: { name: 'web' }, state: { status } }) as Container;

describe.each(Object.keys(transitions) as Verb[])('to %s a container', (verb) => {
  it.each(statuses)('that is %s is allowed, or refused with the states that it would take', (status) => {
    const attempt = () => requireState(inState(status), verb);
    if (transitions[verb].from.includes(status)) {
      expect(attempt).not.toThrow();
      return;
    }
    const failure = expect.objectContaining({
      code: 'container-state',
      what: `cannot ${verb} container "web": it is ${status}`,
      why: expect.stringContaining(transitions[verb].from.join(' or ')),
    });
    expect(attempt).toThrow(expect.objectContaining({ failure }));
  });
});
