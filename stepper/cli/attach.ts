/** `tsstep attach`: this terminal and a container that runs. */
import { TsstepError } from '../../core/errors.ts';
import { tolerating } from '../../core/kernel/errno.ts';
import { isAlive } from '../../core/kernel/proc.ts';
import { parseBoolean } from '../../core/spec/usage.ts';
import { type Container, findContainer } from '../../core/store/containers.ts';
import { recordContainer } from '../../core/store/lifecycle-log.ts';
import { requireState } from '../../core/store/states.ts';
import { attachThroughSocket } from '../attach-client.ts';
import { parseDetachKeys } from '../terminal/detach-keys.ts';
import { forEach, openStateAsRoot } from './state.ts';

interface AttachFlags {
  detachKeys: string;
  stdin: boolean;
  sigProxy: string | true;
}

/** @returns the container's exit code; docker's 1 when it runs on @throws TsstepError usage, not-root */
export async function attach(reference: string, flags: AttachFlags): Promise<number> {
  const { root } = openStateAsRoot('attach');
  const detachKeys = parseDetachKeys(flags.detachKeys);
  const sigProxy = parseBoolean('--sig-proxy', flags.sigProxy);
  let code = 0;
  const failed = await forEach([reference], async () => {
    const container = findContainer(root, reference);
    requireState(container, 'attach to');
    const { id, name, spec } = container.config;
    const stdin = flags.stdin && spec.interactive;
    if (stdin && spec.tty && !process.stdin.isTTY) throw notATerminal();
    recordContainer(root, container.config, 'attach');
    const parting = await attachThroughSocket({
      ...{ root, id, name, stdin, tty: spec.tty, detachKeys },
      signal: sigProxy && !spec.tty ? (signal) => send(container, signal) : undefined,
    });
    if (parting === 'detached') process.stderr.write('read escape sequence\n');
    code = typeof parting === 'object' ? parting.exited.code : 1;
  });
  return failed || code;
}

function send({ state }: Container, signal: NodeJS.Signals): void {
  const { process: target } = state;
  if (target && isAlive(target)) tolerating(['ESRCH'], () => process.kill(target.pid, signal));
}

function notATerminal(): TsstepError {
  return new TsstepError({
    code: 'usage',
    what: 'the input device is not a terminal',
    why: 'the container has a terminal, and standard input is a file or a pipe',
    remedy: 'attach --no-stdin only shows its output',
  });
}
