import { existsSync } from 'node:fs';
import { arch, cpus, release, totalmem } from 'node:os';
import { run } from '../support/commands.ts';

async function version(...argv: readonly string[]): Promise<string> {
  const { code, stdout } = await run(['sh', '-c', 'command -v "$1" >/dev/null && exec "$@"', 'sh', ...argv]);
  return code === 0 ? (stdout.match(/\d+\.\d+\.\d+/)?.[0] ?? '?') : 'absent';
}

/** What the numbers were measured on: without it they mean nothing. */
export async function machine(): Promise<string> {
  const processor = cpus()[0]?.model.trim() ?? arch();
  const cgroups = existsSync('/sys/fs/cgroup/cgroup.controllers') ? 'v2' : 'v1';
  const tools = await Promise.all(
    ['dockerd', 'podman', 'runc'].map(async (name) => `${name} ${await version(name, '--version')}`),
  );
  return [
    `Measured on ${new Date().toISOString().slice(0, 10)}: ${cpus().length} × ${processor}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB,`,
    `Linux ${release()}, cgroup ${cgroups}, Node ${process.versions.node}, ${tools.join(', ')}.`,
  ].join(' ');
}
