/** Containers that run while a test looks at them from outside. After each test the host has to be as it was before. */
import { readFileSync, readlinkSync } from 'node:fs';
import { afterEach, beforeEach, expect } from 'vitest';
import type { Event } from '../../tracer/events.ts';
import type { Result, Started, StartOptions } from './commands.ts';
import { type HostState, hostState } from './host-state.ts';
import { type Sandbox, useSandbox } from './sandbox.ts';

/** Flags as one would type them; those with spaces of their own as a list. */
type Words = string | readonly string[];
const split = (words: Words): readonly string[] =>
  typeof words === 'string' ? words.split(' ').filter(Boolean) : words;

/** Says that it is there, and stays. */
export const sleeper = ['sh', '-c', 'echo up; exec sleep infinity'] as const;

export class Container {
  readonly pid: number;
  readonly run: Started<Event>;
  readonly #sandbox: Sandbox;

  constructor(sandbox: Sandbox, run: Started<Event>, depth = 2) {
    this.#sandbox = sandbox;
    this.run = run;
    this.pid = run.descendant(depth);
  }

  /** A file of its /proc directory. */
  proc(file: string): string {
    return readFileSync(`/proc/${this.pid}/${file}`, 'utf8');
  }

  /** One line of /proc/<pid>/status: its words. */
  status(key: string): string[] {
    const line = this.proc('status')
      .split('\n')
      .find((one) => one.startsWith(`${key}:`));
    return (line ?? '')
      .slice(key.length + 1)
      .split(/\s+/)
      .filter(Boolean);
  }

  /** Numbers of proc_pid_stat(5), as this machine's pid namespace has them; 0 is no terminal, -1 nobody in its foreground. */
  stat(): { group: number; session: number; terminal: number; foreground: number } {
    const text = this.proc('stat');
    const [, , group = 0, session = 0, terminal = 0, foreground = 0] = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    return { group, session, terminal, foreground };
  }

  /** Its file `path`, as a path of this machine. */
  file(path: string): string {
    return `/proc/${this.pid}/root${path}`;
  }

  /** `net:[4026531840]` */
  namespace(kind: string): string {
    return readlinkSync(`/proc/${this.pid}/ns/${kind}`);
  }

  /** Lines of mountinfo for this mount point, split at spaces; the last one is what is seen there. */
  mounts(point: string): string[][] {
    const lines = this.proc('mountinfo')
      .split('\n')
      .map((line) => line.split(' '));
    return lines.filter((fields) => fields[4] === point);
  }

  /** Of the mount that is seen at `point`. */
  mountOptions(point: string): string[] {
    return this.mounts(point).at(-1)?.[5]?.split(',') ?? [];
  }

  /** A shell script with the sandbox's programs, in the container's network namespace. */
  async network(script: string): Promise<string> {
    return await this.#sandbox.sh(`nsenter --target ${this.pid} --net sh -ec '${script}'`);
  }

  /** A shell script with the container's own programs, in all of its namespaces and in its cgroup's view. */
  async shell(script: string): Promise<Result> {
    const enter = ['nsenter', '--target', `${this.pid}`, '--all', '--root', '--wd'];
    return await this.#sandbox.run([...enter, '/bin/sh', '-c', script]);
  }

  async kill(): Promise<Result> {
    process.kill(this.pid, 'SIGKILL');
    return await this.run.ended;
  }
}

export interface Containers {
  readonly sandbox: Sandbox;
  /** `tsstep run --rm FLAGS lab COMMAND`, once it has said `up`. */
  start(flags?: Words, command?: readonly string[], options?: StartOptions): Promise<Container>;
  /** A container that was started in another way, and says `up`; killed at the end of the test like all. */
  adopt(run: Started<Event>, depth?: number): Promise<Container>;
  /** Another program, until the end of the test. */
  background(program: Started): void;
  /** `tsstep run --rm WORDS`, to its end. */
  run(words: Words, options?: StartOptions): Promise<Result>;
}

/** A sandbox for a file of tests; whatever a test leaves behind there makes that test fail, and no other. */
export function useContainers(): Containers {
  const sandbox = useSandbox();
  let running: Container[] = [];
  let others: Started[] = [];
  let before: HostState | undefined;
  beforeEach(async () => {
    before = await hostState(sandbox);
  });
  afterEach(async () => {
    if (!before) return;
    for (const container of running.reverse()) await container.kill().catch(() => container.run.ended);
    for (const other of others) {
      other.kill('SIGKILL');
      await other.ended;
    }
    running = [];
    others = [];
    const after = await hostState(sandbox);
    try {
      expect(after, 'the host afterwards').toEqual(before);
    } catch (error) {
      const { stdout } = await sandbox.tsstep(['ps', '-aq']);
      const ids = stdout.split('\n').filter(Boolean);
      if (ids.length > 0) await sandbox.tsstep(['rm', '-f', ...ids]);
      await sandbox.tsstep(['clean']);
      throw error;
    }
  });
  const adopt = async (run: Started<Event>, depth?: number): Promise<Container> => {
    await run.says('up');
    const container = new Container(sandbox, run, depth);
    running.push(container);
    return container;
  };
  return {
    sandbox,
    async start(flags = '', command = sleeper, options = {}) {
      const words = split(flags);
      // Into a pid namespace that exists, nsenter forks once more.
      const joins = words.some(
        (word, index) => words[index - 1] === '--pid' && word.startsWith('container:'),
      );
      const run = sandbox.startTsstep(['run', '--rm', ...words, 'lab', ...command], options);
      return await adopt(run, joins ? 3 : 2);
    },
    adopt,
    background: (program) => void others.push(program),
    async run(words, options) {
      return await sandbox.tsstep(['run', '--rm', ...split(words)], options);
    },
  };
}
