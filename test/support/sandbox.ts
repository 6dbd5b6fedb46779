/**
 * A place to run tsstep in that is as good as a machine of its own: network, mounts, cgroups, state directories. A process
 * that does nothing holds the namespaces; everything else enters them.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import type { Event } from '../../tracer/events.ts';
import { CgroupCorner } from './cgroups.ts';
import { output, type Result, Started, type StartOptions } from './commands.ts';

const program = join(import.meta.dirname, '../../bin/tsstep');
let sandboxes = 0;

export class Sandbox {
  /** Everything on disk; removed at the end. */
  readonly directory: string;
  readonly cgroups: CgroupCorner;
  #holder: Started | undefined;

  constructor() {
    this.directory = mkdtempSync(join(tmpdir(), 'tsstep-test-'));
    this.cgroups = new CgroupCorner(`tsstep-test-${process.pid}-${sandboxes++}`);
  }

  /** TSSTEP_ROOT. */
  get root(): string {
    return join(this.directory, 'root');
  }

  /** The pid of the process that holds the namespaces: /proc/<holder> shows them. */
  get holder(): number {
    return this.#holder?.pid ?? -1;
  }

  async open(): Promise<void> {
    mkdirSync(this.root);
    this.cgroups.make();
    const inside = [
      'ip link set dev lo up',
      // Inherited from this machine, which may be a router already: then nobody would see it being switched on.
      'echo 0 > /proc/sys/net/ipv4/ip_forward',
      this.cgroups.remount,
      // As systemd makes it; seen from this machine it is a copy.
      'mount --make-rshared /',
      'echo open',
      'exec sleep infinity',
    ].join('\n');
    const outside = `${this.cgroups.enterRoot}\nexec unshare --net --mount --cgroup --propagation private sh -ec "$1"`;
    this.#holder = new Started(['sh', '-ec', outside, 'sh', inside]);
    await this.#holder.says('open');
  }

  /** The words that run `argv` in here. `exec` all the way: the process that was started is the program itself. */
  enter(argv: readonly string[]): string[] {
    // A umask that nobody expects, because what others have to read must not depend on it; a usual limit of open files; and a
    // directory of the host that somebody left open, which must not reach a container. Node itself closes only those up to 15.
    const script = `umask 077\nulimit -Sn 1024\nexec 99</\n${this.cgroups.enter}\nexec nsenter --target ${this.holder} --net --mount --cgroup "$@"`;
    return ['bash', '-ec', script, 'bash', ...argv];
  }

  start(argv: readonly string[], options: StartOptions = {}): Started<Event> {
    const env = { TSSTEP_ROOT: this.root, TSSTEP_RUN: join(this.root, 'run'), ...options.env };
    return new Started<Event>(this.enter(argv), { ...options, env });
  }

  /** Runs any program in here to its end. */
  async run(argv: readonly string[], options: StartOptions = {}): Promise<Result> {
    return await this.start(argv, options).ended;
  }

  /** What a shell script printed; it has to succeed. */
  async sh(script: string): Promise<string> {
    return await output(this.enter(['sh', '-ec', script]));
  }

  /** `tsstep …`, to its end. */
  async tsstep(argv: readonly string[], options: StartOptions = {}): Promise<Result> {
    return await this.startTsstep(argv, options).ended;
  }

  startTsstep([command = '', ...words]: readonly string[], options: StartOptions = {}): Started<Event> {
    const events = options.events ? ['--events-fd', '3'] : [];
    return this.start([program, command, ...events, ...words], options);
  }

  async close(): Promise<void> {
    for (let pids = this.cgroups.processes(); pids.length > 0; pids = this.cgroups.processes()) {
      for (const pid of pids) kill(pid);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await this.#holder?.ended;
    if (this.#holder) await this.cgroups.remove();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

/** A sandbox for all tests of a file, with the image `lab` made and unpacked. */
export function useSandbox(): Sandbox {
  const sandbox = new Sandbox();
  beforeAll(async () => {
    if (process.getuid?.() !== 0) return;
    await sandbox.open();
    const { code, stderr } = await sandbox.tsstep(['run', '--rm', 'lab', 'true']);
    if (code !== 0) throw new Error(`tsstep run --rm lab true: ${stderr}`);
  });
  afterAll(() => sandbox.close());
  return sandbox;
}
