import { describe, expect, it } from 'vitest';
import { type Pace, Stepping, type SteppingFlags } from '../../../stepper/stepping.ts';
import { fakeRun } from '../../support/fake-session.ts';

/**
 * Every `stage:operation=reason` at which a run pauses. `answers` are what is typed there, one a pause; then `continue`.
 */
async function pauses(flags: SteppingFlags, ...answers: readonly Pace[]): Promise<string[]> {
  const { session } = await fakeRun({ network: ['none'] });
  const stepping = new Stepping(flags);
  const found: string[] = [];
  for (let [step] = session.upcoming; step; [step] = session.upcoming) {
    const reason = stepping.reasonToPause(step);
    if (reason) {
      found.push(`${step.stage.name}:${step.operation.name}=${reason}`);
      stepping.resume(answers[found.length - 1] ?? 'continue', step.stage.name);
    }
    await session.forward();
  }
  return found;
}

const first = [
  'image:resolve',
  'metadata:id',
  'overlay:upperdir',
  'namespaces:init',
  'network:loopback-up',
  'volumes:proc',
];

describe('where a run pauses', () => {
  it('never pauses without a flag', async () => {
    expect(await pauses({})).toEqual([]);
  });

  it('pauses before each stage with --pause-each, as long as the answer is next', async () => {
    const answers: Pace[] = ['stage', 'stage', 'stage', 'stage', 'stage'];
    expect(await pauses({ pauseEach: true }, ...answers)).toEqual(first.map((at) => `${at}=stage`));
  });

  it('pauses once when the first answer is continue', async () => {
    expect(await pauses({ pauseEach: true }, 'continue')).toEqual(['image:resolve=stage']);
  });

  it('pauses before each operation with --step', async () => {
    expect(await pauses({ step: true }, 'operation', 'operation', 'operation')).toEqual([
      'image:resolve=stage',
      'image:unpack-2=operation',
      'image:unpack-3=operation',
      'metadata:id=stage',
    ]);
  });

  it('runs to the end of the stage on finish', async () => {
    expect(await pauses({ step: true }, 'operation', 'finish')).toEqual([
      'image:resolve=stage',
      'image:unpack-2=operation',
      'metadata:id=stage',
    ]);
  });

  it.each<[string[], string[]]>([
    [['overlay'], ['overlay:upperdir=breakpoint']],
    [['overlay:mount'], ['overlay:mount=breakpoint']],
    [
      ['exec:execve', 'metadata:name'],
      ['metadata:name=breakpoint', 'exec:execve=breakpoint'],
    ],
    [['overlay:absent'], []],
  ])('pauses at the breakpoints %j only', async (at, expected) => {
    expect(await pauses({ break: at })).toEqual(expected);
  });

  it('pauses behind the stage of --until', async () => {
    expect(await pauses({ until: 'overlay' })).toEqual(['namespaces:init=until']);
  });

  it('pauses at once when interrupted, and only once', async () => {
    const { session } = await fakeRun();
    const stepping = new Stepping({});
    const [step] = session.upcoming;
    stepping.interrupt();
    expect(step && stepping.reasonToPause(step)).toBe('interrupt');
    expect(step && stepping.reasonToPause(step)).toBeUndefined();
  });

  it.each([{ break: ['volume'] }, { break: ['volume:proc'] }, { until: 'end' }])(
    'refuses %j, naming the nine stages',
    (flags) => {
      expect(() => new Stepping(flags)).toThrow(/there is no stage/);
    },
  );

  it('refuses a breakpoint with a colon and no operation', () => {
    expect(() => new Stepping({ break: ['exec:'] })).toThrow(/names no operation/);
  });
});
