/** `tsstep commit`: an image of what a container has changed. */
import { freeze, thaw } from '../../core/cgroup/freezer.ts';
import { readLayout } from '../../core/cgroup/layout.ts';
import { commitContainer } from '../../core/image/commit/commit.ts';
import { withLock } from '../../core/kernel/fs.ts';
import { containerFiles } from '../../core/paths.ts';
import { parseBoolean } from '../../core/spec/usage.ts';
import { type Container, findContainer, readLocked } from '../../core/store/containers.ts';
import { printable } from '../printable.ts';
import { forEach, openStateAsRoot } from './state.ts';

interface CommitFlags {
  author?: string;
  message?: string;
  change?: readonly string[];
  pause: string | true;
}

/** Prints the new image's ID. @throws TsstepError usage */
export async function commit(
  reference: string,
  image: string | undefined,
  { author, message, change = [], pause }: CommitFlags,
): Promise<number> {
  const { root } = openStateAsRoot('commit');
  const pausing = parseBoolean('--pause', pause);
  return await forEach([reference], async () => {
    const container = findContainer(root, reference);
    const id = await commitContainer(root, container.config, {
      ...{ reference: image, author, message, changes: change },
      // Whoever gets the lock knows that nobody reads: another commit, a copy, or clean.
      whilePaused: (read) =>
        withLock(containerFiles(root, container.config.id).directory, () =>
          // Read now that nobody else can pause it: what a person has paused stays so.
          pausing ? paused(readLocked(root, container.config.id), read) : read(),
        ),
      onSocket: (path) => say(`the socket ${path} is left out: an image cannot hold one`),
    });
    process.stdout.write(`${id}\n`);
  });
}

/** Whoever interrupts tsstep meanwhile must not leave the container stopped for ever, nor half a layer behind. */
async function paused<T>(
  { config, state }: Container,
  read: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const layout = state.status === 'running' ? readLayout() : undefined;
  const abort = new AbortController();
  let received: NodeJS.Signals | undefined;
  const interrupted = (signal: NodeJS.Signals) => {
    received = signal;
    abort.abort();
  };
  // Before the first process stops, and not `once`: the second of two signals would end this one at once.
  for (const signal of signals) process.on(signal, interrupted);
  try {
    if (layout && !(await freeze(layout, config.id)))
      say(`${config.name} runs on meanwhile: this machine has no freezer for it`);
    return await read(abort.signal);
  } finally {
    if (layout) thaw(layout, config.id);
    for (const signal of signals) process.removeListener(signal, interrupted);
    // Now that all is tidy, it does what it would have done.
    if (received) process.kill(process.pid, received);
  }
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;

const say = (line: string): void => void process.stderr.write(`tsstep: ${printable(line)}\n`);
