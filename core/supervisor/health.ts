/** Health checks: a probe every so often, and what docker makes of its exit codes. For the supervisor: node's own modules only. */
import { type ChildProcess, spawn } from 'node:child_process';

import type { Healthcheck } from '../spec/types.ts';
import { durationText } from './duration-text.ts';
import { type Health, healthOf, type ProbeResult, writeHealth } from './health-file.ts';
import { timerDelay } from './timer-delay.ts';

export interface HealthOptions {
  root: string;
  id: string;
  healthcheck: Healthcheck;
  /** The words that run the probe in the container to its end, `tsstep probe ID`; SIGTERM ends it. */
  probe: readonly string[];
  /** Of the probe; absent: this process's own. */
  env?: NodeJS.ProcessEnv;
  /** ISO 8601: since when the container runs. */
  startedAt: string;
  /** A paused container is not probed. */
  isPaused(): boolean;
  /** It has another state than before: docker's event `health_status: healthy`. */
  changed(status: Health['Status']): void;
}

/** Nanoseconds, and a number: docker's. */
const usual = { interval: 30e9, timeout: 30e9, startPeriod: 0, retries: 3 };

const LONGEST_LOG = 5;
const LONGEST_OUTPUT = 4096;

/** Milliseconds. How long a probe may take to die, and how often a pause is looked at. */
const PATIENCE = 5000;
const LOOK = 1000;

const milliseconds = (nanoseconds: number | undefined, otherwise: number): number =>
  (nanoseconds || otherwise) / 1e6;

/** What a probe's result makes of a container's health (docker, daemon/health.go). @param starting it is within its start period */
export function judge(
  health: Health,
  result: ProbeResult,
  { retries }: Healthcheck,
  starting: boolean,
): Health {
  const Log = [...health.Log, result].slice(-LONGEST_LOG);
  if (result.ExitCode === 0) return { Status: 'healthy', FailingStreak: 0, Log };
  if (health.Status === 'starting' && starting) return { ...health, Log };
  const FailingStreak = health.FailingStreak + 1;
  const Status = FailingStreak >= (retries || usual.retries) ? 'unhealthy' : health.Status;
  return { Status, FailingStreak, Log };
}

/** Begins after one interval. `stop` ends a probe that is under way; docker calls what nobody watches unhealthy. */
export function watchHealth(options: HealthOptions): { stop(): void } {
  const watch = new Watch(options);
  return { stop: () => watch.stop() };
}

class Watch {
  readonly #options: HealthOptions;
  #health: Health;
  #timer: NodeJS.Timeout | undefined;
  #child: ChildProcess | undefined;
  #stopped = false;

  constructor(options: HealthOptions) {
    this.#options = options;
    const { root, id } = options;
    this.#health = { Status: 'starting', FailingStreak: 0, Log: healthOf(root, id)?.Log ?? [] };
    this.#save();
    this.#wait();
  }

  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#child?.kill('SIGTERM');
    this.#health = { ...this.#health, Status: 'unhealthy' };
    this.#save();
  }

  #wait(): void {
    const { healthcheck } = this.#options;
    if (this.#stopped) return;
    this.#timer = setTimeout(
      () => this.#probe(),
      timerDelay(milliseconds(healthcheck.interval, usual.interval)),
    );
  }

  #probe(): void {
    if (this.#options.isPaused()) this.#wait();
    else void this.#run().then((result) => this.#learn(result));
  }

  async #run(): Promise<ProbeResult> {
    const { probe, env = process.env } = this.#options;
    const [command = '', ...words] = probe;
    const Start = new Date().toISOString();
    // A group of its own: Ctrl-C on the terminal of a container in the foreground is not for the probe.
    const child = spawn(command, words, { stdio: ['ignore', 'pipe', 'pipe'], env, cwd: '/', detached: true });
    this.#child = child;
    const output = new Output();
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => output.add(chunk));
    const limit = this.#limit(child);
    const { code, error } = await new Promise<{ code: number; error?: Error }>((resolve) => {
      child.on('error', (failure) => resolve({ code: -1, error: failure }));
      child.on('close', (exitCode) => resolve({ code: exitCode ?? -1 }));
    });
    this.#child = undefined;
    const late = limit.end();
    return {
      ...{ Start, End: new Date().toISOString() },
      ExitCode: late === undefined ? code : -1,
      Output: late ?? error?.message ?? output.text,
    };
  }

  /** Ends a probe that takes too long. One that stands still with its container is given the time that it stood still. */
  #limit(child: ChildProcess): { end(): string | undefined } {
    const { timeout } = this.#options.healthcheck;
    let late: string | undefined;
    const expire = () => {
      if (this.#options.isPaused()) {
        timer = setTimeout(expire, LOOK);
        return;
      }
      late = `Health check exceeded timeout (${durationText(timeout || usual.timeout)})`;
      child.kill('SIGTERM');
      timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE);
    };
    let timer = setTimeout(expire, timerDelay(milliseconds(timeout, usual.timeout)));
    return {
      end: () => {
        clearTimeout(timer);
        return late;
      },
    };
  }

  #learn(result: ProbeResult): void {
    if (this.#stopped) return;
    const { healthcheck, startedAt, changed } = this.#options;
    const age = Date.parse(result.Start) - Date.parse(startedAt);
    const before = this.#health.Status;
    this.#health = judge(
      this.#health,
      result,
      healthcheck,
      age < milliseconds(healthcheck.startPeriod, usual.startPeriod),
    );
    this.#save();
    if (this.#health.Status !== before) changed(this.#health.Status);
    this.#wait();
  }

  /** The container may be removed meanwhile, or the disk be full: its health is no reason to let it down. */
  #save(): void {
    const { root, id } = this.#options;
    try {
      writeHealth(root, id, this.#health);
    } catch {
      // Nobody is there to be told.
    }
  }
}

/** The beginning of what a probe says. */
class Output {
  #chunks: Buffer[] = [];
  #length = 0;
  #truncated = false;

  add(chunk: Buffer): void {
    const fits = chunk.subarray(0, LONGEST_OUTPUT - this.#length);
    if (fits.length < chunk.length) this.#truncated = true;
    this.#length += fits.length;
    this.#chunks.push(fits);
  }

  get text(): string {
    return `${Buffer.concat(this.#chunks).toString('utf8')}${this.#truncated ? '...' : ''}`;
  }
}
