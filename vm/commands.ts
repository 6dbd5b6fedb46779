/** What `tsstep vm` does: a machine that stays up, and machines for one command. */
import { constants, copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tolerating } from '../core/kernel/errno.ts';
import { withLock } from '../core/kernel/fs.ts';
import { lastLines, vmFailed } from './failure.ts';
import { requireHostTools } from './host-tools.ts';
import { readyImage } from './image.ts';
import { startMachine } from './machine.ts';
import { isRunning, quit, waitForEnd } from './qmp.ts';
import { type BootFiles, bootFiles, machineDirectory, type RunFiles, runFiles, type Shape } from './shape.ts';
import { ssh } from './ssh.ts';

type Say = (text: string) => void;

type Suite = Pick<Shape, 'suite'>;

/** A command of ours as it has to be typed for this machine. */
const typed = (command: string, suite: Shape['suite']): string =>
  `tsstep vm ${command}${suite === 'trixie' ? '' : ` --suite ${suite}`}`;

/** @throws TsstepError vm */
function requireSense({ cgroups, suite, systemd }: Shape): void {
  if (cgroups === 'v2') return;
  const what = `--cgroups ${cgroups} is not possible here`;
  if (systemd) throw vmFailed(what, 'systemd mounts control groups itself', 'leave --systemd out');
  if (suite === 'trixie')
    throw vmFailed(
      what,
      'Debian 13’s kernel has no memory and cpuset controllers for v1',
      '--suite bookworm',
    );
}

/** Builds what is missing, and nothing else. @throws TsstepError vm */
export async function build({ suite }: Suite): Promise<void> {
  requireHostTools();
  await readyImage(suite);
}

/** Starts the machine that stays. `fresh`: with a new disk. @throws TsstepError vm */
export async function up(shape: Shape, fresh: boolean, say: Say): Promise<void> {
  requireSense(shape);
  requireHostTools();
  const directory = machineDirectory(shape.suite);
  const run = runFiles(directory);
  await withLock(`${directory}.lock`, async () => {
    if (await isRunning(run.qmp)) {
      if (fresh)
        throw vmFailed('the virtual machine is up', 'its disk is in use', typed('down', shape.suite));
      return say(
        `the virtual machine is up already; what is asked of it counts at the next start: ${typed('down', shape.suite)}`,
      );
    }
    if (fresh) rmSync(directory, { recursive: true, force: true });
    const boot = await ownDisk(directory, await readyImage(shape.suite), say);
    await startMachine({ shape, boot, run, lives: true, say });
    say(`the virtual machine is up: ${typed('ssh', shape.suite)}`);
  });
}

/** The machine's own copy of the image, made at its first start. */
async function ownDisk(directory: string, image: BootFiles, say: Say): Promise<BootFiles> {
  const own = bootFiles(directory);
  const read = (path: string) => readFileSync(path, 'utf8');
  if (!existsSync(own.digest)) {
    mkdirSync(directory, { recursive: true });
    const { runTool } = await import('../core/perform/run-tool.ts');
    // cp keeps the holes, which are nine tenths of it.
    await runTool(['cp', '--sparse=always', '--reflink=auto', image.disk, own.disk]);
    for (const part of ['kernel', 'initrd', 'digest'] as const)
      copyFileSync(image[part], own[part], constants.COPYFILE_FICLONE);
  } else if (read(own.digest) !== read(image.digest)) {
    say('this machine was made of an older image; --fresh starts over');
  }
  return own;
}

/** A login, or one command, in the machine that is up. @returns its exit code @throws TsstepError vm */
export async function login({ suite }: Suite, command: readonly string[]): Promise<number> {
  const run = runFiles(machineDirectory(suite));
  if (!(await isRunning(run.qmp))) throw notUp(suite);
  return await ssh(Number(readFileSync(run.sshPort, 'utf8')), command);
}

const notUp = (suite: Shape['suite']) =>
  vmFailed('no virtual machine is up', 'it was not started, or has ended', typed('up', suite));

/** Runs one command in a machine of its own, which is forgotten afterwards. @returns the command's exit code @throws TsstepError vm */
export async function runOnce(shape: Shape, command: readonly string[], say: Say): Promise<number> {
  requireSense(shape);
  requireHostTools();
  const boot = await readyImage(shape.suite);
  const run = runFiles(mkdtempSync(join(tmpdir(), 'tsstep-vm-')));
  try {
    const port = await startMachine({ shape, boot, run, lives: false, say });
    const code = await ssh(port, command);
    if (!(await isRunning(run.qmp))) throw endedEarly(run);
    return code;
  } finally {
    await quit(run.qmp);
    rmSync(run.directory, { recursive: true, force: true });
  }
}

const endedEarly = (run: RunFiles) =>
  vmFailed(
    'the virtual machine ended before the command did',
    `its console ends with:\n${lastLines(run.console)}`,
    'a kernel that panics ends the machine; --memory gives it more',
  );

/** Ends the machine in order; one that does not listen is unplugged. `forget`: its disk goes too. @throws TsstepError vm */
export async function down({ suite }: Suite, forget: boolean, say: Say): Promise<void> {
  const directory = machineDirectory(suite);
  const run = runFiles(directory);
  await withLock(`${directory}.lock`, async () => {
    const running = await isRunning(run.qmp);
    if (!running && !forget) throw notUp(suite);
    if (running) {
      const ended = waitForEnd(run.qmp, 30_000);
      // "Start poweroff.target" to systemd(1), and to our own PID 1.
      // A moment later, so that the connection ends before the machine does.
      const later = '(sleep 0.5; kill -s RTMIN+4 1) > /dev/null 2>&1 &';
      // Not waited for: a machine that hangs answers nobody.
      void ssh(Number(readFileSync(run.sshPort, 'utf8')), [later]);
      if (!(await ended)) {
        say('it did not end by itself, so it is switched off');
        await quit(run.qmp);
      }
    }
    for (const path of [run.qmp, run.share, run.sshPort]) tolerating(['ENOENT'], () => rmSync(path));
    if (forget) rmSync(directory, { recursive: true, force: true });
  });
}
