/** Standard input, pipes and terminals. A terminal is script(1)'s: it copies what it reads into one, and what comes out to us. */
import { readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type Container, useContainers } from '../support/containers.ts';

const { sandbox, adopt, run } = useContainers();
const bin = join(import.meta.dirname, '../../bin/tsstep');

/** A shell script in a terminal of 40 rows and 100 columns. */
const inTerminal = (script: string) =>
  sandbox.start(['script', '-qec', `stty rows 40 cols 100; ${script}`, '/dev/null'], { stdin: 'pipe' });

/** tsstep is below script, and the container's process two below that. */
const startInTerminal = async (words: string): Promise<Container> =>
  await adopt(inTerminal(`exec ${bin} run --rm ${words}`), 3);

describe('with -t', () => {
  it('the command has a terminal of its own with the size of the caller’s, also as /dev/console', async () => {
    const container = await startInTerminal('-it lab sh -c "echo up; exec cat"');
    for (const fd of [0, 1, 2]) expect(readlinkSync(`/proc/${container.pid}/fd/${fd}`)).toBe('/dev/pts/0');
    const [terminal, console] = ['/dev/pts/0', '/dev/console'].map((path) => statSync(container.file(path)));
    expect([console?.dev, console?.ino, console?.rdev]).toEqual([
      terminal?.dev,
      terminal?.ino,
      terminal?.rdev,
    ]);
    expect(terminal?.gid).toBe(5);
    const { session, group, terminal: device, foreground } = container.stat();
    expect({ session, group, foreground }).toEqual({
      session: container.pid,
      group: container.pid,
      foreground: container.pid,
    });
    expect(device).toBe(terminal?.rdev);
    // The descriptor is the container's terminal: asking it asks the kernel.
    expect(await sandbox.sh(`stty size < /proc/${container.pid}/fd/0`)).toBe('40 100\n');
    expect(container.proc('environ').split('\0')).toContain('TERM=xterm');
  });

  it('the size follows the caller’s', async () => {
    const container = await startInTerminal(
      '-it lab sh -c "trap \'stty size\' WINCH; echo up; while :; do sleep 1000 & wait \\$!; done"',
    );
    const tsstep = container.run.descendant(1);
    await sandbox.sh(`stty rows 30 cols 90 < /proc/${tsstep}/fd/0`);
    await container.run.says('30 90');
    expect(await sandbox.sh(`stty size < /proc/${container.pid}/fd/0`)).toBe('30 90\n');
  });

  it('a shell has job control, and Ctrl-C ends the job in its foreground, not the shell, not tsstep', async () => {
    const container = await startInTerminal('-it -e PS1=ready: lab sh -c "echo up; exec sh"');
    const { run: terminal } = container;
    await terminal.says('ready:');
    terminal.stdin.write('sleep 1000\n');
    await foreground(container, (group) => group !== container.pid);
    terminal.stdin.write('\x03');
    await foreground(container, (group) => group === container.pid);
    terminal.stdin.write('echo "code $?"\n');
    await terminal.says('code 130');
    terminal.stdin.write('exit 5\n');
    expect(await terminal.ended).toMatchObject({ code: 5 });
  });

  it('the caller’s terminal is raw while the command has it, and as before when it has ended', async () => {
    const flags = (text = '') => text.match(/-?\b(icanon|echo|isig)\b/g)?.sort();
    const cooked = ['echo', 'icanon', 'isig'];
    const started = inTerminal(
      `stty -a; ${bin} run --rm -it lab sh -c 'echo READY; read x'; stty -a; echo the end`,
    );
    await started.says('READY');
    const terminal = `/proc/${started.descendant(2)}/fd/0`;
    expect(flags(await sandbox.sh(`stty -a < ${terminal}`))).toEqual(cooked.map((flag) => `-${flag}`));
    started.stdin.write('x\r');
    const [before, after] = (await started.ended).stdout.split('READY');
    expect([flags(before), flags(after)]).toEqual([cooked, cooked]);
  });

  it('and -i, but input that is none, is refused with 125; -t alone works without one', async () => {
    expect(await run('-it lab true', { stdin: '' })).toMatchObject({
      code: 125,
      stderr: expect.stringMatching(/not a terminal\n.*why: .*\n.*remedy: /),
    });
    expect(await run('-t lab tty')).toMatchObject({ code: 0, stdout: '/dev/pts/0\r\n' });
  });
});

describe('without -t', () => {
  it('there is no terminal, not even the caller’s', async () => {
    const container = await startInTerminal('-i lab sh -c "echo up; cat; (: < /dev/tty) 2>&1"');
    expect(container.stat().terminal).toBe(0);
    expect(container.run.stdout).toBe('up\r\n');
    container.run.stdin.write('\x04');
    const { stdout } = await container.run.ended;
    expect(stdout).toMatch(/dev\/tty: No such device or address/);
  });

  it('-i gives the command what comes in, and the end of it; without -i it reads nothing', async () => {
    const bytes = `${'x'.repeat(200_000)}\n\0\xff`;
    const piped = await run('-i lab cat', { stdin: bytes });
    expect(piped).toMatchObject({ code: 0, stderr: '' });
    expect(piped.stdout === bytes, 'every byte').toBe(true);
    expect(await run('lab cat', { stdin: 'hello\n' })).toMatchObject({ code: 0, stdout: '' });
  });

  it('output and errors stay apart, and all of it arrives however soon the command ends', async () => {
    const script = 'i=0; while [ $i -lt 2000 ]; do echo $i; echo e$i >&2; i=$((i + 1)); done';
    const { stdout, stderr } = await run(['lab', 'sh', '-c', script]);
    const numbers = Array.from({ length: 2000 }, (_, i) => `${i}\n`);
    expect(stdout === numbers.join('')).toBe(true);
    expect(stderr === numbers.map((line) => `e${line}`).join('')).toBe(true);
  });

  it('a command that never stops ends when nobody reads any more: yes | head -1', async () => {
    expect(await sandbox.sh(`${bin} run --rm lab yes | head -1`)).toBe('y\n');
  });

  it('a reader that is slow slows the command down instead of filling tsstep’s memory', async () => {
    const { stdout } = await sandbox.run([
      'sh',
      '-c',
      `${bin} run --rm lab sh -c 'dd if=/dev/zero bs=1M count=40 2>/dev/null' | { sleep 0.3; wc -c; }`,
    ]);
    expect(stdout.trim()).toBe(String(40 << 20));
  });
});

describe('with --pause-each and a pipe', () => {
  it('commands come first, and what is left is the container’s standard input', async () => {
    const nine = 'n\n'.repeat(9);
    const { code, stdout } = await run('-i --pause-each lab cat', { stdin: `${nine}first\nsecond\n` });
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'first\nsecond\n' });
    const { stdout: rest } = await run('-i --break exec lab cat', { stdin: 'continue\nprint\n' });
    expect(rest).toBe('print\n');
  });

  it('the end of the commands lets it run to the end, with nothing to read', async () => {
    expect(await run('-i --pause-each lab sh -c cat', { stdin: 'n\n' })).toMatchObject({
      code: 0,
      stdout: '',
    });
    expect(await run('--pause-each lab echo done')).toMatchObject({ code: 0, stdout: 'done\n' });
  });
});

/** Waits for a change that no output tells of. */
async function foreground(container: Container, wanted: (group: number) => boolean): Promise<void> {
  while (!wanted(container.stat().foreground)) await sleep(5);
}
