/** One container’s life with everything that the kernel has a say in. Small enough to be tried in a virtual machine: test/vm. */
import { describe, expect, it } from 'vitest';
import { useContainers } from '../support/containers.ts';

const { sandbox } = useContainers();

describe('a container in the background', () => {
  const said = async (...argv: string[]) => {
    const { code, stdout, stderr } = await sandbox.tsstep(argv);
    expect({ argv, code, stderr }).toEqual({ argv, code: 0, stderr: '' });
    return stdout.trim();
  };
  const status = () => said('ps', '-a', '--format', '{{.Status}}');

  it('is frozen and let go, gets other limits, is entered and counted, killed, and started again', async () => {
    await said('run', '-d', '--name', 'kept', '-m', '32m', 'lab', 'sleep', '100000');
    await said('pause', 'kept');
    expect(await status()).toMatch(/^Up .* \(Paused\)$/);
    await said('unpause', 'kept');
    await said('update', '-m', '64m', '--memory-swap', '64m', 'kept');
    expect(await said('stats', '--no-stream', '--format', '{{.PIDs}} {{.MemUsage}}', 'kept')).toMatch(
      /^1 .* \/ 64MiB$/,
    );
    expect(await said('exec', 'kept', 'sh', '-c', 'cat /proc/self/cgroup | tail -n 1; echo $$')).toMatch(
      /:\/\n[1-9]\d*$/,
    );
    await said('kill', 'kept');
    expect(await said('wait', 'kept')).toBe('137');
    await said('start', 'kept');
    expect(await status()).toMatch(/^Up/);
    await said('rm', '-f', 'kept');
  });
});
