/** A real docker daemon of its own: network, mounts, cgroups, data and socket belong to a sandbox, nothing to this machine. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { output, type Result, run, type Started } from './commands.ts';
import { Sandbox } from './sandbox.ts';

/** Seconds until a daemon that says nothing is given up. */
const PATIENCE = 30;

/** The storage driver is left to dockerd: it takes overlay2 where that works, and vfs as the last resort. */
const attempts: readonly (readonly string[])[] = [[], ['--iptables=false', '--ip6tables=false']];

export class Docker {
  /** Why there is none on this machine. */
  missing: string | undefined = 'it was not started';
  readonly sandbox = new Sandbox();
  /** The daemon's: `20.10.24+dfsg1`. */
  version = '';
  #client = 'docker';

  get #socket(): string {
    return `unix://${join(this.sandbox.directory, 'docker.sock')}`;
  }

  async docker(...argv: readonly string[]): Promise<Result> {
    // A configuration of somebody on this machine could name another daemon, or a proxy for each container.
    const env = { DOCKER_CONFIG: join(this.sandbox.directory, 'config'), DOCKER_CONTEXT: '' };
    return await run([this.#client, '--host', this.#socket, ...argv], { env });
  }

  async output(...argv: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await this.docker(...argv);
    if (code !== 0) throw new Error(`docker ${argv.join(' ')} ended with ${code}: ${stderr}`);
    return stdout.trim();
  }

  async open(): Promise<void> {
    this.missing = await absent('dockerd', 'docker');
    if (this.missing !== undefined) return;
    this.version = await versionOf('dockerd');
    // A machine may have several, and a newer one prints other columns.
    const clients = (await output(['which', '-a', 'docker'])).trim().split('\n');
    for (const client of clients) if ((await versionOf(client)) === this.version) this.#client = client;
    await this.sandbox.open();
    for (const [index, flags] of attempts.entries()) {
      this.missing = await this.#start(`${index}`, flags);
      if (this.missing === undefined) return;
    }
  }

  async #start(name: string, flags: readonly string[]): Promise<string | undefined> {
    const directory = join(this.sandbox.directory, `dockerd-${name}`);
    for (const path of ['upper', 'work']) mkdirSync(join(directory, path), { recursive: true });
    // Instead of this machine's /etc/docker/daemon.json.
    writeFileSync(join(directory, 'daemon.json'), '{}');
    // /run/docker and /run/containerd are fixed paths: they are written to a layer above this machine's /run.
    const script = [
      `mount -t overlay -o lowerdir=/run,upperdir=${directory}/upper,workdir=${directory}/work overlay /run`,
      'exec dockerd "$@"',
    ].join('\n');
    const daemon = this.sandbox.start([
      ...['unshare', '--mount', '--propagation', 'private', 'sh', '-ec', script, 'sh'],
      ...['--host', this.#socket, '--pidfile', `${directory}/pid`],
      ...['--data-root', `${directory}/data`, '--exec-root', `${directory}/exec`],
      ...[
        '--exec-opt',
        'native.cgroupdriver=cgroupfs',
        '--config-file',
        `${directory}/daemon.json`,
        ...flags,
      ],
    ]);
    const patience = setTimeout(() => daemon.kill('SIGKILL'), PATIENCE * 1000);
    try {
      await daemon.says('API listen on');
      return undefined;
    } catch {
      return `dockerd does not come up: ${await lastWords(daemon)}`;
    } finally {
      clearTimeout(patience);
    }
  }

  /** Brings an image out of tsstep's store, which is an OCI layout. */
  async load(root: string, image: string): Promise<void> {
    const archive = join(this.sandbox.directory, `${image}.tar`);
    const source = `oci:${root}/images:docker.io/library/${image}:latest`;
    await output([
      'skopeo',
      '--insecure-policy',
      'copy',
      source,
      `docker-archive:${archive}:${image}:latest`,
    ]);
    await this.output('load', '--input', archive);
  }
}

const versionOf = async (program: string): Promise<string> =>
  /version ([^,]+),/.exec(await output([program, '--version']))?.[1] ?? '';

async function absent(...programs: readonly string[]): Promise<string | undefined> {
  for (const program of [...programs, 'skopeo']) {
    const { code } = await run(['sh', '-c', `command -v ${program}`]);
    if (code !== 0)
      return `${program} is not installed: apt-get install ${program === 'skopeo' ? program : 'docker.io'}`;
  }
  return undefined;
}

async function lastWords(daemon: Started): Promise<string> {
  const { signal, stderr } = await daemon.ended;
  if (signal === 'SIGKILL') return `it said nothing for ${PATIENCE} seconds`;
  return stderr.trim().split('\n').at(-1) ?? 'it ended without a word';
}

/** A docker daemon for all tests of a file, with tsstep's image `lab`. Where there is none, its tests are skipped with the reason. */
export function useDocker(tsstep: Sandbox): Docker {
  const docker = new Docker();
  beforeAll(async () => {
    if (process.getuid?.() !== 0) return;
    await docker.open();
    if (docker.missing === undefined) await docker.load(tsstep.root, 'lab');
  });
  beforeEach((test) => test.skip(docker.missing !== undefined, docker.missing));
  afterAll(() => docker.sandbox.close());
  return docker;
}
