/** Where state is kept, and what becomes of it when somebody else looks after it. */
import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Event } from '../../tracer/events.ts';
import { filesBelow, hostState } from '../support/host-state.ts';
import { links } from '../support/links.ts';
import { useSandbox } from '../support/sandbox.ts';

const sandbox = useSandbox();
const other = useSandbox();

const up = ['sh', '-c', 'echo up; exec sleep infinity'];

describe('a state directory', () => {
  it.each(['behind a symlink', 'with a space in its name'])('%s is used like any other', async (kind) => {
    const real = join(sandbox.directory, 'real dir');
    const root = kind.startsWith('behind') ? join(sandbox.directory, 'link') : real;
    mkdirSync(real);
    if (root !== real) symlinkSync(real, root);
    const before = await hostState(sandbox);
    const env = { TSSTEP_ROOT: root, TSSTEP_RUN: join(root, 'run') };
    expect(await sandbox.tsstep(['run', '--rm', '--tmpfs', '/t', 'lab', 'true'], { env })).toMatchObject({
      code: 0,
      stderr: '',
    });
    expect(await hostState(sandbox)).toEqual(before);
    expect(filesBelow(real).filter((line) => /^(containers|names|run)\//.test(line))).toEqual([
      expect.stringMatching(/^run\/lock /),
    ]);
    rmSync(real, { recursive: true });
    rmSync(root, { force: true });
  });

  it('with a comma in its name is refused: overlayfs takes one for the end of an option', async () => {
    const env = { TSSTEP_ROOT: join(sandbox.directory, 'a,b') };
    const { code, stderr } = await sandbox.tsstep(['run', '--rm', 'lab', 'true'], { env });
    expect({ code, stderr }).toEqual({
      code: 125,
      stderr: expect.stringMatching(/a,b.*\n.*comma.*\n.*remedy/),
    });
  });
});

describe('a run that was killed', () => {
  it('is cleaned up in its own network namespace only', async () => {
    const before = await hostState(sandbox);
    const killed = sandbox.startTsstep(['run', '--rm', 'lab', ...up]);
    await killed.says('up');
    killed.kill('SIGKILL');
    await killed.ended;
    const living = other.startTsstep(['run', '--rm', 'lab', ...up]);
    await living.says('up');
    const env = { TSSTEP_ROOT: sandbox.root };
    const { code, stderr } = await other.tsstep(['clean'], { env });
    expect(code).toBe(1);
    expect(stderr).toMatch(/another network namespace[\s\S]*remedy: +nsenter --net=\S+ tsstep clean/);
    for (const place of [sandbox, other])
      expect((await links(place)).map(({ ifname }) => ifname)).toContain('tsstep0');
    expect(await sandbox.tsstep(['clean'])).toMatchObject({ code: 0 });
    expect(await hostState(sandbox)).toEqual(before);
    process.kill(living.descendant(2), 'SIGKILL');
    await living.ended;
  });
});

describe('what containers share', () => {
  const tables = async () => await sandbox.sh('nft list tables');

  it('is made again when somebody has flushed the firewall, and goes with the last one', async () => {
    const before = await hostState(sandbox);
    const first = sandbox.startTsstep(['run', '--rm', 'lab', ...up]);
    await first.says('up');
    await sandbox.sh('nft flush ruleset');
    expect(await tables()).not.toContain('tsstep');
    const second = sandbox.startTsstep(['run', '--rm', 'lab', ...up]);
    await second.says('up');
    expect(await tables()).toContain('table ip tsstep\n');
    for (const run of [first, second]) {
      process.kill(run.descendant(2), 'SIGKILL');
      await run.ended;
    }
    expect(await hostState(sandbox)).toEqual(before);
  });

  it('ip_forward leaves the settings that the kernel changes along with it as they were', async () => {
    const conf = '/proc/sys/net/ipv4/conf';
    await sandbox.sh(
      `echo 0 > ${conf}/all/accept_redirects; ip link add one type veth peer name two; echo 1 > ${conf}/one/forwarding`,
    );
    const settings = () => sandbox.sh(`grep -H . ${conf}/*/forwarding ${conf}/*/accept_redirects`);
    const before = await settings();
    expect(before).toContain(`${conf}/one/forwarding:1`);
    expect((await sandbox.tsstep(['run', '--rm', 'lab', 'true'])).code).toBe(0);
    expect(await settings()).toBe(before);
    await sandbox.sh(`ip link del one; echo 1 > ${conf}/all/accept_redirects`);
  });
});

describe('quit, keep', () => {
  it.each(['metadata:directory', 'overlay:upperdir', 'volumes'])(
    'before %s can be taken back',
    async (at) => {
      const before = await hostState(sandbox);
      const words = ['run', '--name', 'early', '--break', at, 'lab', 'true'];
      const { code, stderr } = await sandbox.tsstep(words, { stdin: 'quit keep\n' });
      expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('Kept: ') });
      expect(await sandbox.tsstep(['rm', '-f', 'early'])).toMatchObject({ code: 0 });
      expect(await sandbox.tsstep(['clean'])).toMatchObject({ code: 0 });
      expect(await hostState(sandbox)).toEqual(before);
    },
  );
});

describe('a layer', () => {
  it('whose short name is missing, as after a kill, is put right by the next run', async () => {
    await sandbox.sh(`rm ${sandbox.root}/layers/l/*`);
    expect(await sandbox.tsstep(['run', '--rm', 'lab', 'true'])).toMatchObject({ code: 0, stderr: '' });
    expect(filesBelow(join(sandbox.root, 'layers/partial'), /^$/)).toEqual([]);
  });
});

describe('a namespace to be shared', () => {
  it('is not that of a later process with the number of the one that was meant', async () => {
    const peer = sandbox.startTsstep(['run', '--rm', '--name', 'peer', 'lab', ...up]);
    await peer.says('up');
    const words = ['run', '--rm', '--network', 'container:peer', '--break', 'namespaces:net', 'lab', 'true'];
    const run = sandbox.startTsstep(words, { stdin: 'pipe', events: true });
    await run.event('a pause', (event): event is Event => event.type === 'paused');
    process.kill(peer.descendant(2), 'SIGKILL');
    await peer.ended;
    run.stdin.end('continue\n');
    const { code, stderr } = await run.ended;
    expect({ code, stderr }).toEqual({ code: 125, stderr: expect.stringContaining('remedy: ') });
  });
});
