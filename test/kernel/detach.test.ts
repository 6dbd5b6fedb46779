/** Leaving a container and coming back to it, with a real terminal: script(1)'s. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { useContainers } from '../support/containers.ts';

const { sandbox } = useContainers();
const bin = join(import.meta.dirname, '../../bin/tsstep');

const inTerminal = (words: string) =>
  sandbox.start(['script', '-qec', `stty rows 40 cols 100; exec ${bin} ${words}`, '/dev/null'], {
    stdin: 'pipe',
  });
const tsstep = async (line: string) => await sandbox.tsstep(line.split(' '));

const keys = '\x10\x11';

describe('the detach keys', () => {
  it('leave a container of the foreground to a supervisor, to which attach comes back, until it ends', async () => {
    const first = inTerminal('run -it --name left -e PS1=ready: lab sh');
    await first.says('ready:');
    first.stdin.write('x=kept\n');
    first.stdin.write(keys);
    expect((await first.ended).stdout).toContain('read escape sequence');
    expect((await tsstep('ps --format {{.Names}}')).stdout).toBe('left\n');
    const pid = (await tsstep('inspect -f {{.Tsstep.Supervisor}} left')).stdout.trim();
    expect(readFileSync(`/proc/${pid}/comm`, 'utf8')).toBe('tsstep-supervis\n');

    const second = inTerminal('attach left');
    second.stdin.write('echo "x is $x"\n');
    await second.says('x is kept');
    // For a moment it is another one, so that what is shown is drawn anew.
    second.stdin.write('while [ "$(stty size)" != "40 100" ]; do sleep 0.05; done; echo "size as here"\n');
    await second.says('size as here\r');
    second.stdin.write(keys);
    expect((await second.ended).code).toBe(1);

    const third = inTerminal('attach --detach-keys ctrl-a left');
    third.stdin.write('exit 5\n');
    expect((await third.ended).code).toBe(5);
    expect((await tsstep('logs left')).stdout).toContain('x is kept');

    const again = inTerminal('start -ai left');
    await again.says('ready:');
    again.stdin.write('exit 6\n');
    expect((await again.ended).code).toBe(6);
    expect((await tsstep('rm left')).code).toBe(0);
  });
});
