import { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import type { RunFlags } from '../../../core/spec/flags.ts';
import { addRunFlags } from '../../../stepper/cli/run-flags.ts';

/** What `tsstep run ARGS` would hand on; with `plan` in front, what `tsstep plan run ARGS` would. */
function typed(args: readonly string[], plan = false): { flags: RunFlags; image: string; command: string[] } {
  const program = new Command('tsstep').enablePositionalOptions();
  const parent = plan ? program.command('plan').enablePositionalOptions() : program;
  let result: ReturnType<typeof typed> | undefined;
  const run = addRunFlags(parent.command('run')).action(
    (image: string, command: string[], flags: RunFlags) => {
      result = { flags, image, command };
    },
  );
  for (const one of [program, parent, run])
    one.exitOverride().configureOutput({ writeErr: () => {}, writeOut: () => {} });
  program.parse(['node', 'tsstep', ...(plan ? ['plan'] : []), 'run', ...args]);
  if (!result) throw new Error('not run');
  return result;
}

describe('the flags of run', () => {
  test('behind the image belong to the command, even --help, -- and run’s own', () => {
    const args = ['--rm', 'lab', 'sh', '-c', 'x', '--help', '--rm', '-h', '--', '-e', 'A'];
    expect(typed(args)).toEqual({ flags: { rm: true }, image: 'lab', command: args.slice(2) });
    expect(typed(['lab', '--', 'x']).command).toEqual(['--', 'x']);
  });

  test('can be bundled and glued as docker’s', () => {
    expect(typed(['-it', '-p80:80', '-m', '64m', '--name=web', '-e', 'A=1', '-eB=2', 'lab']).flags).toEqual({
      interactive: true,
      tty: true,
      publish: ['80:80'],
      memory: '64m',
      name: 'web',
      env: ['A=1', 'B=2'],
    });
  });

  test('take values that look like flags', () => {
    expect(typed(['--memory-swap', '-1', '--pids-limit', '-1', '--env', '--x=1', 'lab']).flags).toEqual({
      memorySwap: '-1',
      pidsLimit: '-1',
      env: ['--x=1'],
    });
  });

  test('have -h for the host name, and --net beside --network', () => {
    expect(typed(['-h', 'web', '--net', 'none', '--network', 'host', 'lab']).flags).toEqual({
      hostname: 'web',
      net: ['none'],
      network: ['host'],
    });
  });

  test('keep an empty entrypoint', () => {
    expect(typed(['--entrypoint', '', 'lab']).flags).toEqual({ entrypoint: '' });
    expect(typed(['--entrypoint=', 'lab']).flags).toEqual({ entrypoint: '' });
  });

  test('are the same below plan', () => {
    expect(typed(['--rm', 'lab', '--rm'], true)).toEqual({
      flags: { rm: true },
      image: 'lab',
      command: ['--rm'],
    });
  });

  test('are refused when unknown, or without an image', () => {
    expect(() => typed(['--nope', 'lab'])).toThrow(/unknown option '--nope'/);
    expect(() => typed(['--rm'])).toThrow(/missing required argument 'image'/);
  });

  test('are shown in groups, without the old spelling of --network', () => {
    const help = addRunFlags(new Command('run')).helpInformation();
    for (const heading of ['Process:', 'Filesystem:', 'Network:', 'Limits:', 'Security:'])
      expect(help).toContain(heading);
    expect(help).not.toMatch(/--net\b(?!work)/);
    expect(help).toContain('-h, --hostname');
  });

  test('are each a field of RunFlags: every flag, once', () => {
    const names = addRunFlags(new Command('run')).options.map((option) => option.attributeName());
    const fields: Record<keyof Required<RunFlags>, true> = {
      addHost: true,
      capAdd: true,
      capDrop: true,
      cpuShares: true,
      cpus: true,
      cpusetCpus: true,
      detach: true,
      dns: true,
      entrypoint: true,
      env: true,
      envFile: true,
      groupAdd: true,
      healthCmd: true,
      healthcheck: true,
      healthInterval: true,
      healthRetries: true,
      healthStartPeriod: true,
      healthTimeout: true,
      hostname: true,
      init: true,
      insecureRegistry: true,
      interactive: true,
      ip: true,
      ipc: true,
      label: true,
      labelFile: true,
      logOpt: true,
      memory: true,
      memorySwap: true,
      mount: true,
      name: true,
      net: true,
      network: true,
      networkAlias: true,
      pid: true,
      pidsLimit: true,
      platform: true,
      privileged: true,
      publish: true,
      pull: true,
      readOnly: true,
      restart: true,
      rm: true,
      securityOpt: true,
      shmSize: true,
      stopSignal: true,
      stopTimeout: true,
      tmpfs: true,
      tty: true,
      ulimit: true,
      user: true,
      uts: true,
      volume: true,
      volumesFrom: true,
      workdir: true,
    };
    expect([...names].sort()).toEqual(Object.keys(fields).sort());
  });
});
