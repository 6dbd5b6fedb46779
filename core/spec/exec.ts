/** Docker's flags of `exec`, with the container that they are for, to a `Spec`. */
import type { ContainerConfig } from '../store/config.ts';
import { parseEnv } from './env.ts';
import type { RunFlags } from './flags.ts';
import type { Joining, Spec } from './types.ts';
import { given } from './usage.ts';
import { parseUserString } from './user-string.ts';
import { parseWorkdir } from './workdir.ts';

/** As they were typed; a part of those of `run`. */
export type ExecFlags = Pick<
  RunFlags,
  'detach' | 'env' | 'envFile' | 'interactive' | 'privileged' | 'tty' | 'user' | 'workdir'
>;

/** What a container's configuration has to say about it. */
export type Joinable = Pick<ContainerConfig, 'id' | 'env' | 'cwd' | 'user' | 'spec'>;

/** @throws TsstepError usage. `environment`: what `--env NAME` takes its value from */
export function parseExec(
  flags: ExecFlags,
  config: Joinable,
  command: readonly string[],
  environment: NodeJS.ProcessEnv,
): Spec {
  const { env, unset } = parseEnv(flags, environment);
  const { entrypoint: _, init: _init, healthcheck: _health, unsetEnv: _unset, ...own } = config.spec;
  return {
    ...own,
    command: [...command],
    tty: flags.tty ?? false,
    interactive: (flags.interactive ?? false) && !flags.detach,
    // Nothing of it outlives the process.
    rm: true,
    // What was secret when the container was made still is.
    env: [...own.env.filter(([name]) => config.env[name] !== undefined), ...env],
    ...given('unsetEnv', unset.length > 0 ? unset : undefined),
    workdir: flags.workdir ? parseWorkdir(flags.workdir) : config.cwd,
    user: flags.user ? parseUserString(flags.user) : config.user,
    ...(flags.privileged && { capAdd: ['ALL'], capDrop: [] }),
    joins: { id: config.id, env: withoutTerminal(config), ...(flags.detach && { detached: true }) },
  };
}

/** Docker gives TERM to whoever has a terminal: the container's may have been set for its own. */
function withoutTerminal({ env, spec }: Joinable): Readonly<Record<string, string>> {
  const typed = spec.env.some(([name]) => name === 'TERM');
  if (!spec.tty || typed || env.TERM !== 'xterm') return env;
  const { TERM: _, ...rest } = env;
  return rest;
}

/** Docker's order: PATH, HOSTNAME, TERM, the container's, those of `-e`. A name keeps its first place, its last value. */
export function joinedEnv({ tty, env, unsetEnv = [] }: Spec, { env: own }: Joining): Record<string, string> {
  const { PATH, HOSTNAME, ...rest } = own;
  const all = new Map(
    Object.entries({
      ...(PATH !== undefined && { PATH }),
      ...(HOSTNAME !== undefined && { HOSTNAME }),
      ...(tty && { TERM: 'xterm' }),
      ...rest,
    }),
  );
  for (const [name, value] of env) all.set(name, value);
  for (const name of unsetEnv) all.delete(name);
  return Object.fromEntries(all);
}
