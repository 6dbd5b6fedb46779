/** `tsstep stop`, `restart` and `kill`. */
import { parseSignal } from '../../core/spec/signal.ts';
import { usageError } from '../../core/spec/usage.ts';
import { findContainer } from '../../core/store/containers.ts';
import { recordContainer } from '../../core/store/lifecycle-log.ts';
import { startQuietly } from '../lifecycle/start.ts';
import { kill, stop } from '../lifecycle/stop.ts';
import { notStarted } from './start.ts';
import { forEach, openStateAsRoot } from './state.ts';

interface Flags {
  time?: string;
}

/** @throws TsstepError usage */
function parseTime(text: string | undefined): number | undefined {
  if (text === undefined || /^-?\d+$/.test(text)) return text === undefined ? undefined : Number(text);
  throw usageError('--time', text, 'it is not a whole number of seconds', 'write seconds: -t 5');
}

export async function stopAll(references: readonly string[], { time }: Flags): Promise<number> {
  const { root } = openStateAsRoot('stop');
  const seconds = parseTime(time);
  return await forEach(references, async (reference) => {
    await stop(root, findContainer(root, reference), seconds);
    process.stdout.write(`${reference}\n`);
  });
}

export async function restartAll(references: readonly string[], { time }: Flags): Promise<number> {
  const { root } = openStateAsRoot('restart');
  const seconds = parseTime(time);
  return await forEach(references, async (reference) => {
    const container = findContainer(root, reference);
    await stop(root, container, seconds);
    const code = await startQuietly(root, container.config.id);
    if (code !== 0) throw notStarted(container.config.name, code);
    recordContainer(root, container.config, 'restart');
    process.stdout.write(`${reference}\n`);
  });
}

export async function killAll(
  references: readonly string[],
  { signal }: { signal: string },
): Promise<number> {
  const { root } = openStateAsRoot('kill');
  return await forEach(references, async (reference) => {
    await kill(root, findContainer(root, reference), parseSignal('--signal', signal));
    process.stdout.write(`${reference}\n`);
  });
}
