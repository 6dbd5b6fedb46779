/** Running programs from a test: to their end, or watched while they run. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';

export interface Result {
  code: number;
  stdout: string;
  stderr: string;
  signal?: NodeJS.Signals;
}

export interface StartOptions {
  env?: Readonly<Record<string, string>>;
  /** Text, a pipe to write to later, or nothing: /dev/null. */
  stdin?: string | 'pipe';
  /** Read lines of JSON from descriptor 3. */
  events?: boolean;
}

/** A program that runs. Its lines are kept, and whoever waits for one is told at once when it ended without it. */
export class Started<Line = unknown> {
  stdout = '';
  stderr = '';
  /** What came through descriptor 3. */
  readonly events: Line[] = [];
  readonly ended: Promise<Result>;
  readonly #child: ChildProcess;
  #waiting: (() => void)[] = [];
  #result: Result | undefined;

  constructor(argv: readonly string[], { env = {}, stdin, events }: StartOptions = {}) {
    const [command = '', ...rest] = argv;
    this.#child = spawn(command, rest, {
      stdio: [stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe', ...(events ? ['pipe' as const] : [])],
      env: { ...process.env, ...env },
    });
    this.#child.stdin?.on('error', () => undefined);
    if (stdin !== undefined && stdin !== 'pipe') this.#child.stdin?.end(stdin);
    this.#collect(this.#child.stdout, (text) => (this.stdout += text));
    this.#collect(this.#child.stderr, (text) => (this.stderr += text));
    let pending = '';
    this.#collect(this.#child.stdio[3] as Readable | undefined, (text) => {
      const lines = (pending + text).split('\n');
      pending = lines.pop() ?? '';
      for (const line of lines) this.events.push(JSON.parse(line) as Line);
    });
    this.ended = new Promise((resolve, reject) => {
      this.#child.on('error', reject);
      this.#child.on('close', (code, signal) => {
        const { stdout, stderr } = this;
        this.#result = { code: code ?? -1, stdout, stderr, ...(signal && { signal }) };
        this.#wake();
        resolve(this.#result);
      });
    });
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  get stdin(): Writable {
    if (!this.#child.stdin) throw new Error('it was started without standard input');
    return this.#child.stdin;
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Waits until `find` finds something in what has come so far. */
  async until<T>(what: string, find: () => T | undefined): Promise<T> {
    for (;;) {
      const found = find();
      if (found !== undefined) return found;
      if (this.#result) throw new Error(`it ended without ${what}: ${JSON.stringify(this.#result, null, 2)}`);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  async says(text: string): Promise<void> {
    await this.until(
      `"${text}"`,
      () => this.stdout.includes(text) || this.stderr.includes(text) || undefined,
    );
  }

  async event<T extends Line>(what: string, match: (line: Line) => line is T): Promise<T> {
    return await this.until(what, () => this.events.find(match));
  }

  /** The only process that `generations` below this one: 2 is the container's, behind unshare or nsenter. */
  descendant(generations: number): number {
    let pid = this.pid;
    for (let i = 0; i < generations; i++) {
      const [child, ...others] = childrenOf(pid);
      if (child === undefined || others.length > 0)
        throw new Error(`${pid} has ${others.length ? 'several children' : 'no child'}`);
      pid = child;
    }
    return pid;
  }

  #collect(stream: Readable | null | undefined, keep: (text: string) => void): void {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      keep(text);
      this.#wake();
    });
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resume of waiting) resume();
  }
}

function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => parentOf(pid) === parent);
}

function parentOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return undefined;
  }
}

/** Runs to the end, whatever the exit code. */
export async function run(argv: readonly string[], options: StartOptions = {}): Promise<Result> {
  return await new Started(argv, options).ended;
}

/** Its standard output; an exit code other than 0 is an error. */
export async function output(argv: readonly string[], options: StartOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await run(argv, options);
  if (code !== 0) throw new Error(`${argv.join(' ')} ended with ${code}: ${stderr}${stdout}`);
  return stdout;
}
