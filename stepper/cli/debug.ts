/** `tsstep step|next|continue|dump|diff|debug ID`: commands of the prompt, for a container that is made in the background. */
import { existsSync } from 'node:fs';
import { TsstepError } from '../../core/errors.ts';
import { errnoOf } from '../../core/kernel/errno.ts';
import { containerFiles } from '../../core/paths.ts';
import { type Container, findContainer } from '../../core/store/containers.ts';
import { type Connection, connect } from '../../core/supervisor/connection.ts';
import { Channel, parseControl } from '../../core/supervisor/frames.ts';
import { appearanceOf } from '../plain/style.ts';
import { openStateAsRoot } from './state.ts';

/** @returns 0 at the next pause, else what the run has ended with @throws TsstepError no-such-container, container-state */
export async function debug(command: string, reference: string, line: string): Promise<number> {
  const { root } = openStateAsRoot(command);
  return await send(root, findContainer(root, reference), line);
}

/** Whether its creation is stepped through from other terminals; one that has a terminal listens to that. */
export const listens = (root: string, { config, state }: Container): boolean =>
  state.status === 'creating' &&
  state.pausedAt !== undefined &&
  existsSync(containerFiles(root, config.id).socket);

export async function send(root: string, container: Container, line: string): Promise<number> {
  const { config } = container;
  if (container.state.status !== 'creating') throw notPaused(container);
  const connection = await reach(root, container);
  connection.control({
    request: 'debug',
    line,
    appearance: appearanceOf(process.stdout, process.env),
  });
  return await new Promise((resolve, reject) => {
    connection.onFrame(({ channel, payload }) => {
      if (channel === Channel.stdout) process.stdout.write(payload);
      if (channel !== Channel.control) return;
      const { done, error } = parseControl(payload);
      if (typeof done === 'number') resolve(done);
      if (error !== undefined) reject(busy(config.name));
    });
    void connection.closed.then(() => reject(lost(config.name)));
  });
}

async function reach(root: string, container: Container): Promise<Connection> {
  try {
    return await connect(containerFiles(root, container.config.id).socket);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ECONNREFUSED') throw notPaused(container);
    throw error;
  }
}

function notPaused({ config, state }: Container): TsstepError {
  return new TsstepError({
    code: 'container-state',
    what: `nobody steps through container "${config.name}" in the background: it is ${state.status}`,
    why:
      state.status === 'creating'
        ? 'it is being made by a tsstep that has a terminal of its own, or does not pause'
        : 'only a container that is being made can be stepped through',
    remedy: 'tsstep run -d --break network …, or tsstep create --pause-each …, leaves one to be stepped',
  });
}

function busy(name: string): TsstepError {
  return new TsstepError({
    code: 'container-state',
    what: `container "${name}" is just doing what another terminal has asked for`,
    why: 'its creation goes one step at a time, whoever asks',
    remedy: 'ask again when that is done',
  });
}

function lost(name: string): TsstepError {
  return new TsstepError({
    code: 'container-state',
    what: `the tsstep that was making container "${name}" is gone`,
    why: 'it was killed, or its container was removed',
    remedy: 'tsstep ps -a; tsstep clean takes back what is left',
  });
}
