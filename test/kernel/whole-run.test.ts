/** One run with everything asked of it at once. Small enough to be tried in every virtual machine: test/vm. */
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { pipeline } from '../../core/pipeline.ts';
import { useContainers } from '../support/containers.ts';
import { filesBelow } from '../support/host-state.ts';
import { everyLimit, limitsOf, read } from '../support/limits.ts';

const { sandbox, start, run } = useContainers();

describe('a run with every limit, a volume and a port', () => {
  it('goes through all nine stages, and the kernel has what was asked for', async () => {
    writeFileSync(join(sandbox.directory, 'text'), 'from outside\n');
    const flags = `${everyLimit} -v ${sandbox.directory}/text:/text:ro -p 8080:80 -e ASKED=yes --hostname asked`;
    const script =
      'cat /text; echo "$ASKED $(hostname) $(cat /proc/1/cgroup | tail -n 1)"; echo up; exec sleep infinity';
    const container = await start(flags, ['sh', '-c', script], { events: true });
    const left = container.run.events.flatMap((event) => (event.type === 'stage-left' ? [event.stage] : []));
    expect(left).toEqual(pipeline.map(({ name }) => name));
    expect(container.run.stdout).toMatch(/^from outside\nyes asked \d+:.*:\/\nup\n$/);
    expect(limitsOf(container).length).toBeGreaterThan(4);
    for (const { flags, file, asked, found } of limitsOf(container))
      expect(found, `${flags}: ${file}`).toBe(asked);
    for (const kind of ['mnt', 'pid', 'net', 'ipc', 'uts', 'cgroup'])
      expect(container.namespace(kind), kind).not.toBe(
        await sandbox.sh(`readlink /proc/self/ns/${kind} | tr -d '\\n'`),
      );
    expect(await container.network('ip -4 -o address show dev eth0')).toContain('inet 172.');
  });

  it('writes nothing into the writable layer but what its command wrote, and rm takes it all', async () => {
    const before = filesBelow(sandbox.root);
    await sandbox.tsstep(['run', '--name', 'writer', 'lab', 'sh', '-c', 'echo hi > /made; rm /lab/README']);
    const [id = ''] = readdirSync(join(sandbox.root, 'containers'));
    const upper = filesBelow(join(sandbox.root, 'containers', id, 'upper')).map((line) => line.split(' ')[0]);
    expect(upper).toEqual(['lab', 'lab/README', 'made']);
    expect((await sandbox.tsstep(['rm', 'writer'])).code).toBe(0);
    expect(filesBelow(sandbox.root)).toEqual(before);
  });
});

describe('the kernel keeps a container', () => {
  it('to its share of the processor, and counts how often it had to', async () => {
    const busy = ['sh', '-c', 'echo up; while :; do :; done'];
    const throttled = await start('--cpus 0.1', busy);
    const count = () => Number(/^nr_throttled (\d+)$/m.exec(read(throttled, 'cpu', 'cpu.stat'))?.[1]);
    await vi.waitUntil(() => count() > 1, { timeout: 60_000, interval: 100 });
    const free = await start('', busy);
    expect(read(free, 'cpu', 'cpu.stat')).not.toMatch(/^nr_throttled [1-9]/m);
  });

  it('to its memory: 137, and to its processes: no more forks', async () => {
    const eat = 'dd if=/dev/zero of=/dev/null bs=96M count=1';
    expect((await run(`-m 32m --memory-swap 32m lab ${eat}`)).code).toBe(137);
    const forks = await run(['--pids-limit', '3', 'lab', 'sh', '-c', 'for i in 1 2 3 4; do sleep 9 & done']);
    expect(forks).toMatchObject({ code: 2, stderr: expect.stringContaining("can't fork") });
  });
});
