import { describe, expect, it } from 'vitest';
import type { RunFlags } from '../../../core/spec/flags.ts';
import { stageNames } from '../../../core/stage.ts';
import { fakeRun, toTheEnd } from '../../support/fake-session.ts';

const everything: RunFlags = {
  rm: true,
  tty: true,
  memory: '64m',
  publish: ['80:80'],
  volume: ['data:/data', '/anonymous'],
  tmpfs: ['/tmp'],
  readOnly: true,
};
const rollBack = ['exit', 'remove', 'rollback'] as const;

/** What the machine was asked to undo, as JSON, in order. */
const undone = (log: readonly string[]): string[] =>
  log.filter((line) => line.startsWith('undo ')).map((line) => line.slice('undo '.length));

describe('forward', () => {
  it('goes through all nine stages in order and ends with execve', async () => {
    const run = await fakeRun(everything);
    const operations = await toTheEnd(run);
    const entered = run.events.flatMap((event) => (event.type === 'stage-entered' ? [event.stage] : []));
    expect(entered).toEqual(stageNames);
    expect(operations.at(-1)?.kind).toBe('execve');
    expect(run.machine.container?.pid).toBe(4242);
  });

  it('enters and leaves a stage that has nothing to do', async () => {
    const run = await fakeRun({ network: ['host'] });
    await toTheEnd(run);
    const network = run.events
      .filter((event) => 'stage' in event && event.stage === 'network')
      .map(({ type }) => type);
    expect(network).toEqual(['stage-entered', 'stage-left']);
  });

  it('writes every operation down before it is tried', async () => {
    const run = await fakeRun(everything);
    const { perform } = run.machine;
    run.machine.perform = async (operation, known) => {
      expect(run.events.at(-1)).toMatchObject({ type: 'operation-started', name: operation.name });
      return await perform.call(run.machine, operation, known);
    };
    await toTheEnd(run);
  });

  it('does not ask the machine when a fault is injected, and stays where it is', async () => {
    const run = await fakeRun();
    const ended = await run.session.forward('ENOSPC');
    expect(ended).toMatchObject({
      ok: false,
      failure: { code: 'injected', errno: 'ENOSPC', injected: true },
    });
    expect(run.machine.log).toEqual([]);
    expect(run.session.upcoming[0]?.operation.name).toBe('resolve');
  });

  it('stops at an operation that fails, and has it not among those performed', async () => {
    const run = await fakeRun();
    run.machine.failing.add('mount');
    const operations = await toTheEnd(run);
    expect(operations.at(-1)?.name).toBe('merged');
    expect(run.events.at(-1)).toMatchObject({ type: 'operation-ended', ok: false, name: 'mount' });
  });

  it('does not hold the value of a secret variable in its events', async () => {
    const run = await fakeRun({ env: ['TOKEN=hunter2'] });
    await toTheEnd(run);
    const { session, events } = run;
    expect(session.spec.env).toEqual([['TOKEN', 'hunter2']]);
    expect(JSON.stringify(events)).not.toContain('hunter2');
  });
});

describe('undo', () => {
  it('takes everything back, last first, when all moments have come', async () => {
    const run = await fakeRun(everything);
    const operations = await toTheEnd(run);
    const expected = operations
      .flatMap(({ undo }) => (typeof undo === 'string' ? [] : [JSON.stringify(undo.do)]))
      .reverse();
    expect(await run.session.undo(rollBack)).toEqual([]);
    expect(undone(run.machine.log)).toEqual(expected);
    expect([...run.machine.left]).toEqual([]);
  });

  it.each(['bridge', 'publish', 'mount', 'init', 'volume-data', 'execve'])(
    'takes back what %s has half done when it fails',
    async (name) => {
      const run = await fakeRun(everything);
      run.machine.failing.add(name);
      await toTheEnd(run);
      await run.session.undo(rollBack);
      expect([...run.machine.left]).toEqual([]);
    },
  );

  it('goes on when one thing cannot be taken back, and tells of it', async () => {
    const run = await fakeRun(everything);
    await toTheEnd(run);
    run.machine.stubborn.add('umount');
    const problems = await run.session.undo(rollBack);
    expect(problems).toMatchObject([{ at: 'overlay:mount', failure: { what: 'undo umount' } }]);
    expect([...run.machine.left]).toEqual([expect.stringContaining('umount')]);
    expect(run.session.owes).toBe(true);
  });

  it('tries again only what is left', async () => {
    const run = await fakeRun(everything);
    await toTheEnd(run);
    run.machine.stubborn.add('umount');
    await run.session.undo(rollBack);
    run.machine.stubborn.clear();
    run.machine.log.length = 0;
    expect(await run.session.undo(rollBack)).toEqual([]);
    expect(undone(run.machine.log)).toEqual([expect.stringContaining('umount')]);
    expect(run.session.owes).toBe(false);
  });

  it('keeps a container that has exited until it is removed', async () => {
    const run = await fakeRun({ name: 'kept' });
    await toTheEnd(run);
    await run.session.undo(['exit']);
    expect([...run.machine.left].sort().join()).toMatch(/containers.*names\/kept/);
    expect([...run.machine.left].join()).not.toMatch(/cgroup|umount|lease/);
    expect(run.session.owes).toBe(true);
    await run.session.undo(['remove']);
    expect([...run.machine.left].filter((left) => !left.includes('partial'))).toEqual([]);
  });

  it('takes a new named volume back only when the container did not come to life', async () => {
    const run = await fakeRun({ volume: ['data:/data'] });
    await toTheEnd(run);
    await run.session.undo(['exit', 'remove']);
    expect([...run.machine.left].join()).toContain('volumes/data');
    await run.session.undo(['rollback']);
    expect([...run.machine.left]).toEqual([]);
  });
});
