/** How a machine is reached: ssh(1), through a port of the host's loopback. */
import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import { constants } from 'node:os';
import { checkout, keyFiles } from './shape.ts';

/** One word for a POSIX shell. ssh hands the words of a command to the shell of the other side, joined with blanks. */
const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;

/** Nothing of the user's own configuration has a say in a login to a machine of ours. */
function sshArguments(port: number, command: readonly string[], tty: boolean): string[] {
  const { identity, knownHosts } = keyFiles();
  const options = {
    IdentitiesOnly: 'yes',
    UserKnownHostsFile: knownHosts,
    HostKeyAlias: 'tsstep-vm',
    StrictHostKeyChecking: 'yes',
    LogLevel: 'ERROR',
    SendEnv: 'LANG LC_* NO_COLOR CI TSSTEP_IMAGES TSSTEP_REGISTRY_MIRROR',
  };
  const set = Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  const there = ['-p', String(port), '-i', identity, tty ? '-t' : '-T', 'root@127.0.0.1'];
  // A command is run where the checkout is, as it is here. One word alone may be a whole line for the shell, as with ssh.
  const line = command.length > 1 ? command.map(quoted).join(' ') : command[0];
  // Not the shell's last command: then it would become that, and ssh knows no signal by which a command ended.
  const words = line === undefined ? [] : [`cd /tsstep && { ${line}\n}; exit $?`];
  return ['-F', 'none', ...set, ...there, ...words];
}

/** Runs ssh on this terminal to its end. @returns the command's exit code; 255: ssh's own, the machine is gone */
export function ssh(port: number, command: readonly string[]): Promise<number> {
  const tty = Boolean(process.stdin.isTTY && process.stdout.isTTY);
  return new Promise((resolve, reject) => {
    const child = spawn('ssh', sshArguments(port, command, tty), { stdio: 'inherit', cwd: checkout });
    // Ctrl-C is for what runs inside; whoever ends this program ends that first.
    const pass = (signal: NodeJS.Signals) => child.kill(signal);
    const ignore = () => undefined;
    process.on('SIGINT', ignore).on('SIGTERM', pass).on('SIGHUP', pass);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      process.off('SIGINT', ignore).off('SIGTERM', pass).off('SIGHUP', pass);
      resolve(code ?? 128 + constants.signals[signal ?? 'SIGKILL']);
    });
  });
}

/** Whether sshd answers. QEMU accepts connections long before the machine does, so its first words count (RFC 4253, 4.2). */
export function sshAnswers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect(port, '127.0.0.1');
    const done = (answer: boolean) => {
      connection.destroy();
      resolve(answer);
    };
    connection.setTimeout(1000, () => done(false));
    connection.on('data', (data) => done(data.toString('latin1').startsWith('SSH-2.0')));
    connection.on('error', () => done(false)).on('close', () => done(false));
  });
}
