/** Starts machines, and ends them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { chooseAccelerator } from './accelerator.ts';
import { lastLines, vmFailed } from './failure.ts';
import { findVirtiofsd, qemu } from './host-tools.ts';
import { type Forward, qemuArguments } from './qemu.ts';
import { type BootFiles, checkout, type RunFiles, type Shape } from './shape.ts';
import { sshAnswers } from './ssh.ts';

/** Of Jaeger's pages, and of OTLP over HTTP. */
const services = [16686, 4318];
/** An emulated machine with systemd takes 40 s on two cores, and several times that beside others. */
const BOOT_SECONDS = 180;

/** `lives`: it outlives this program, and its disk is kept. */
export interface Start {
  shape: Shape;
  boot: BootFiles;
  run: RunFiles;
  lives: boolean;
  say(text: string): void;
}

/** Boots a machine and waits until it can be logged in to. @returns the port of its sshd @throws TsstepError vm */
export async function startMachine({ shape, boot, run, lives, say }: Start): Promise<number> {
  const accelerator = chooseAccelerator(boot);
  mkdirSync(run.directory, { recursive: true });
  for (const path of [run.qmp, run.share, run.console]) rmSync(path, { force: true });
  const port = await freePort();
  const forwards = [{ host: port, guest: 22 }, ...(lives ? await freeServices(say) : [])];
  const words = qemuArguments(shape, { accelerator, keep: lives }, boot, run, forwards);
  return await orNothing(run, lives, async (started) => {
    const share = started(startShare(shape, run, lives));
    await until(() => existsSync(run.share), 'virtiofsd', share, run.shareLog, 10);
    const machine = started(background([qemu, ...words], run.console, lives));
    writeFileSync(run.sshPort, String(port));
    await until(() => sshAnswers(port), 'QEMU', machine, run.console, BOOT_SECONDS);
    return port;
  });
}

const signals = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** Half a machine is no use to anybody: whatever was started ends when the rest fails, or when somebody gives up waiting. */
async function orNothing<T>(
  run: RunFiles,
  lives: boolean,
  start: (started: (child: ChildProcess) => ChildProcess) => Promise<T>,
): Promise<T> {
  const children: ChildProcess[] = [];
  const end = () => children.forEach((child) => void child.kill('SIGKILL'));
  const giveUp = (signal: keyof typeof signals) => {
    end();
    if (!lives) rmSync(run.directory, { recursive: true, force: true });
    process.exit(signals[signal]);
  };
  const names = Object.keys(signals) as (keyof typeof signals)[];
  for (const name of names) process.on(name, giveUp);
  try {
    return await start((child) => {
      children.push(child);
      return child;
    });
  } catch (error) {
    end();
    throw error;
  } finally {
    for (const name of names) process.off(name, giveUp);
  }
}

/** A daemon of the machine. One that must not outlive this program dies with it, even when this is killed (prctl(2), PDEATHSIG). */
function background(argv: readonly string[], log: string, lives: boolean): ChildProcess {
  const [command = '', ...words] = lives ? argv : ['setpriv', '--pdeathsig', 'KILL', ...argv];
  const output = openSync(log, 'a');
  // A session of its own: Ctrl-C on this terminal is not for the machine.
  const child = spawn(command, words, { stdio: ['ignore', output, output], detached: true });
  closeSync(output);
  if (lives) child.unref();
  return child;
}

/** virtiofsd ends by itself when QEMU does. */
function startShare(shape: Shape, run: RunFiles, lives: boolean): ChildProcess {
  const program = findVirtiofsd() ?? 'virtiofsd';
  const options = program.includes('/qemu/')
    ? ['-o', `source=${checkout}`, '-o', 'sandbox=chroot', '-o', 'cache=auto']
    : ['--shared-dir', checkout, '--sandbox', 'chroot', '--cache', 'auto'];
  const serve = [program, `--socket-path=${run.share}`, ...options, '--rlimit-nofile=0'];
  if (shape.writable) return background(serve, run.shareLog, lives);
  // Read-only on this side: what the machine's root does to its mount options does not matter.
  const script = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && cd / && exec "$@"';
  const own = ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', script, checkout, ...serve];
  return background(own, run.shareLog, lives);
}

/** @throws TsstepError vm when the program ends, or `seconds` have passed, before `ready` */
async function until(
  ready: () => boolean | Promise<boolean>,
  name: string,
  program: ChildProcess,
  log: string,
  seconds: number,
): Promise<void> {
  let fault: string | undefined;
  program.on('error', (error) => (fault = error.message));
  program.on('exit', (code, signal) => (fault = `${name} ended with ${signal ?? `exit code ${code}`}`));
  for (const end = Date.now() + seconds * 1000; !(await ready()); await sleep(100)) {
    if (Date.now() > end) fault ??= `${name} is not ready after ${seconds} s`;
    if (fault === undefined) continue;
    const last = lastLines(log);
    throw vmFailed(
      'the virtual machine did not start',
      last ? `${fault}, and this was said last:\n${last}` : fault,
      'ask for less: --memory, --cpus; TSSTEP_VM_ACCEL=tcg does without KVM; try once more',
    );
  }
  program.removeAllListeners();
}

/** A port that nobody has at this moment. */
function freePort(wanted = 0): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(wanted, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

async function freeServices(say: (text: string) => void): Promise<Forward[]> {
  const found: Forward[] = [];
  for (const port of services) {
    try {
      found.push({ host: await freePort(port), guest: port });
    } catch {
      say(`port ${port} of this machine is taken, so it does not lead into the virtual machine`);
    }
  }
  return found;
}
