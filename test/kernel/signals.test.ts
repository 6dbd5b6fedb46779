/** Signals that reach tsstep: the command's once it runs, an end with everything taken back before that. */
import { describe, expect, it } from 'vitest';
import type { Event } from '../../tracer/events.ts';
import { useContainers } from '../support/containers.ts';
import { onNextJournal } from '../support/journal.ts';
import { nameOf } from '../support/recording.ts';

const { sandbox, start } = useContainers();

/** Ends with 7 at each of these. */
const patient = (signal: string) => [
  'sh',
  '-c',
  `trap 'echo "got ${signal}"; exit 7' ${signal}; echo up; while :; do sleep 1000 & wait $!; done`,
];

describe('while the command runs', () => {
  it.for(['TERM', 'INT', 'HUP', 'QUIT', 'USR1', 'USR2'] as const)(
    'SIG%s is the command’s, whose own exit code counts',
    async (signal) => {
      const container = await start('', patient(signal));
      container.run.kill(`SIG${signal}`);
      expect(await container.run.ended).toMatchObject({ code: 7, stdout: `up\ngot ${signal}\n`, stderr: '' });
    },
  );

  it('one that the command does not care for leaves it running: PID 1 has no default action', async () => {
    const container = await start(
      '-i',
      ['sh', '-c', 'echo up; read line; echo "still here: $line"; exit 3'],
      {
        stdin: 'pipe',
      },
    );
    container.run.kill('SIGTERM');
    container.run.kill('SIGUSR1');
    container.run.stdin.end('x\n');
    expect(await container.run.ended).toMatchObject({ code: 3, stdout: 'up\nstill here: x\n' });
  });
});

const paused = (event: Event): event is Event => event.type === 'paused';

describe('at a pause', () => {
  it.for([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)(
    '%s takes everything back and ends with %i, with commands from a pipe',
    async ([signal, code]) => {
      for (const stage of ['metadata', 'network', 'exec']) {
        const words = ['run', '--name', 'gone', '-p', '0:80', '--break', stage, 'lab', 'echo', 'never'];
        const started = sandbox.startTsstep(words, { stdin: 'pipe', events: true });
        await started.event('a pause', paused);
        started.kill(signal);
        const result = await started.ended;
        expect(result, stage).toMatchObject({ code, stdout: '' });
      }
    },
  );
});

describe('between two operations', () => {
  it.for([
    ['SIGTERM', 'overlay:mount', 143],
    ['SIGTERM', 'volumes:pivot', 143],
    ['SIGINT', 'network:bridge', 130],
    ['SIGHUP', 'namespaces:init', 129],
  ] as const)('%s at %s takes everything back and ends with %i', async ([signal, at, code]) => {
    const tried = (event: Event): boolean => event.type === 'operation-started' && nameOf(event) === at;
    onNextJournal(sandbox, tried, () => started.kill(signal));
    const started = sandbox.startTsstep(['run', '--rm', 'lab', 'sleep', 'infinity']);
    expect(await started.ended).toMatchObject({ code, stdout: '' });
  });

  it('a second signal changes nothing: the host is clean all the same', async () => {
    const tried = (event: Event): boolean =>
      event.type === 'operation-started' && nameOf(event) === 'network:veth';
    onNextJournal(sandbox, tried, () => {
      started.kill('SIGINT');
      started.kill('SIGTERM');
      started.kill('SIGINT');
    });
    const started = sandbox.startTsstep(['run', '--rm', 'lab', 'sleep', 'infinity']);
    expect([130, 143]).toContain((await started.ended).code);
  });
});
