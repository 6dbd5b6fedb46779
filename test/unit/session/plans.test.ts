import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { RunFlags } from '../../../core/spec/flags.ts';
import { fakeRun, toTheEnd } from '../../support/fake-session.ts';

const maybe = <T>(...values: readonly T[]): fc.Arbitrary<T | undefined> =>
  fc.option(fc.constantFrom(...values), { nil: undefined });
const list = (...values: readonly string[]): fc.Arbitrary<string[] | undefined> =>
  fc.option(fc.subarray([...values]), { nil: undefined });

/** Flags that go together: those that contradict each other are refused before a session starts. */
const flags: fc.Arbitrary<RunFlags> = fc
  .record({
    tty: maybe(true),
    rm: maybe(true),
    readOnly: maybe(true),
    network: maybe(['none'], ['container:peer'], ['bridge']),
    pid: maybe('host', 'container:peer'),
    ipc: maybe('host', 'container:peer'),
    volume: list('va:/a', 'vb:/a/b:ro', '/anonymous', '/host:/bound', 'va:/second', 'vc:/a-b'),
    tmpfs: list('/run', '/tmp:size=1m'),
    memory: maybe('64m'),
    cpus: maybe('0.5'),
    pidsLimit: maybe('10', '-1'),
    cpusetCpus: maybe('0', '0-1'),
    ulimit: list('nofile=10', 'core=0:1'),
    user: maybe('student', '1000:1000'),
    workdir: maybe('/somewhere'),
    capDrop: list('ALL', 'MKNOD'),
    securityOpt: list('no-new-privileges'),
    name: maybe('fixed'),
  })
  .chain((some) => {
    const bridge = (some.network?.[0] ?? 'bridge') === 'bridge';
    return bridge
      ? list('80', '8080:80', '53/udp', '127.0.0.1:81:80').map((publish) => ({ ...some, publish }))
      : fc.constant(some);
  })
  .map(
    (some) => Object.fromEntries(Object.entries(some).filter(([, value]) => value !== undefined)) as RunFlags,
  );

it('never changes what has been performed in a later plan, whatever the flags', async () => {
  await fc.assert(
    fc.asyncProperty(flags, async (some) => {
      const run = await fakeRun(some);
      const { session } = run;
      while (session.upcoming.length > 0) {
        const { stage } = session;
        const before = session.performed
          .filter((done) => done.stage === stage)
          .map(({ operation }) => operation);
        expect(stage?.plan(session.spec, session.known).slice(0, before.length)).toEqual(before);
        expect((await session.forward()).ok).toBe(true);
      }
    }),
    { numRuns: 150 },
  );
});

it('gives every operation of a stage a name of its own, whatever the flags', async () => {
  await fc.assert(
    fc.asyncProperty(flags, async (some) => {
      const run = await fakeRun(some);
      await toTheEnd(run);
      const names = run.session.performed.map(({ stage, operation }) => `${stage.name}:${operation.name}`);
      expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
    }),
    { numRuns: 150 },
  );
});

it('leaves nothing on the machine, whatever the flags and whichever operation fails', async () => {
  await fc.assert(
    fc.asyncProperty(flags, fc.nat(), async (some, number) => {
      const whole = await fakeRun(some);
      const names = (await toTheEnd(whole)).map(({ name }) => name);
      const run = await fakeRun(some);
      run.machine.failing.add(names[number % names.length] ?? '');
      await toTheEnd(run);
      expect(await run.session.undo(['exit', 'remove', 'rollback'])).toEqual([]);
      expect([...run.machine.left]).toEqual([]);
    }),
    { numRuns: 150 },
  );
});
