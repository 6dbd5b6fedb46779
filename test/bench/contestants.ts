/** Who runs a container here, each from the same image; the ones that are not installed say so. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Docker } from '../support/docker.ts';
import type { Sandbox } from '../support/sandbox.ts';

export interface Contestant {
  name: string;
  /** Runs one container to its end. Undefined: it cannot take part, because … */
  run: (() => Promise<unknown>) | undefined;
  why?: string;
}

export const absent = (name: string, why: string): Contestant => ({
  name,
  run: undefined,
  why: why.trim().split('\n').at(-1) ?? '',
});

/** Runs a shell script in the sandbox and is content with nothing but success. */
export async function prepared(
  name: string,
  sandbox: Sandbox,
  preparation: string,
  run: () => Promise<unknown>,
): Promise<Contestant> {
  try {
    await sandbox.sh(preparation);
    await run();
    return { name, run };
  } catch (error) {
    return absent(name, String(error));
  }
}

export function tsstep(sandbox: Sandbox): Contestant[] {
  const program = join(process.cwd(), 'bin/tsstep');
  const run = (flags: readonly string[]) => () =>
    succeed(sandbox, [program, 'run', '--rm', ...flags, 'lab', 'true']);
  return [
    { name: 'tsstep run --rm', run: run([]) },
    {
      name: 'tsstep run --rm --events FILE (observed)',
      run: run(['--events', join(sandbox.directory, 'events.jsonl')]),
    },
  ];
}

/** As with docker, whose bridge and NAT rules are there all the time: another container holds tsstep's. */
export async function tsstepBesideAnother(sandbox: Sandbox): Promise<Contestant> {
  const program = join(process.cwd(), 'bin/tsstep');
  await sandbox.tsstep(['run', '--rm', 'lab', 'true']);
  sandbox.start([program, 'run', '--rm', 'lab', 'sleep', '100000']);
  return {
    name: 'tsstep run --rm, while another container runs',
    run: () => succeed(sandbox, [program, 'run', '--rm', 'lab', 'true']),
  };
}

export async function docker(sandbox: Sandbox, daemon: Docker): Promise<Contestant> {
  const name = 'docker run --rm';
  await daemon.open();
  if (daemon.missing !== undefined) return absent(name, daemon.missing);
  await daemon.load(sandbox.root, 'lab');
  return { name, run: () => daemon.output('run', '--rm', 'lab', 'true') };
}

/** With runc, as docker has it: crun refuses hybrid cgroups. Its default limits are above what root may set without CAP_SYS_RESOURCE. */
export async function podman(sandbox: Sandbox): Promise<Contestant> {
  const at = join(sandbox.directory, 'podman');
  const places = `--root ${at}/root --runroot ${at}/run --tmpdir ${at}/tmp`;
  const command = `podman ${places} --cgroup-manager cgroupfs --runtime runc --log-level error`;
  const limits = '--ulimit nofile=1024:1024 --ulimit nproc=4096:4096';
  const run = `${command} run --rm ${limits} --pull never lab true`.split(' ');
  const preparation = [
    `skopeo --insecure-policy copy --quiet oci:${sandbox.root}/images:docker.io/library/lab:latest docker-archive:${at}.tar:lab:latest`,
    `${command} load --quiet --input ${at}.tar`,
  ].join('\n');
  return await prepared('podman run --rm', sandbox, preparation, () => succeed(sandbox, run));
}

/** The runtime below docker and podman alone: it unpacks nothing, mounts no layers and makes no network. */
export async function runc(sandbox: Sandbox): Promise<Contestant> {
  const at = join(sandbox.directory, 'runc');
  mkdirSync(at);
  const unpack = `cd ${at} && umoci unpack --image ${sandbox.root}/images:docker.io/library/lab:latest bundle`;
  const run = async (): Promise<void> => {
    const config = join(at, 'bundle/config.json');
    const spec = JSON.parse(readFileSync(config, 'utf8')) as { process: object };
    writeFileSync(
      config,
      JSON.stringify({ ...spec, process: { ...spec.process, args: ['true'], terminal: false } }),
    );
    await succeed(sandbox, ['runc', '--root', `${at}/state`, 'run', '--bundle', `${at}/bundle`, 'one']);
  };
  return await prepared('runc run (no layers, no network)', sandbox, unpack, run);
}

export async function succeed(sandbox: Sandbox, words: readonly string[]): Promise<void> {
  const { code, stderr } = await sandbox.run(words);
  if (code !== 0) throw new Error(`${words[0]} ended with ${code}: ${stderr}`);
}
