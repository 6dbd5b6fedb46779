/** `~/.docker/config.json`, where docker keeps logins; podman and skopeo read it where they have none of their own. */
import { mkdirSync, readFileSync, realpathSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import * as v from 'valibot';
import { TsstepError } from '../errors.ts';
import { errnoOf, tolerating } from '../kernel/errno.ts';
import { withLock } from '../kernel/fs.ts';

const entry = v.looseObject({
  /** base64 of user:password */
  auth: v.optional(v.string()),
  identitytoken: v.optional(v.string()),
});

/** Other keys are somebody else's and are kept when the file is written. */
const schema = v.looseObject({
  auths: v.optional(v.record(v.string(), entry)),
  credHelpers: v.optional(v.record(v.string(), v.string())),
  credsStore: v.optional(v.string()),
});

export type DockerConfig = v.InferOutput<typeof schema>;

export function dockerConfigPath(env: NodeJS.ProcessEnv): string {
  return join(env.DOCKER_CONFIG || join(env.HOME || homedir(), '.docker'), 'config.json');
}

/** Under which name a registry's login is filed: docker.io has kept the one of its first API. */
export function serverName(registry: string): string {
  return registry === 'docker.io' ? 'https://index.docker.io/v1/' : registry;
}

/** Empty where there is no such file. @throws `usage` when it cannot be understood */
export function readDockerConfig(env: NodeJS.ProcessEnv): DockerConfig {
  const path = dockerConfigPath(env);
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return {};
    // The parser's message quotes the text around a mistake, and that may be a password.
    throw unusable(path, errnoOf(error) ?? 'it is not JSON');
  }
  const result = v.safeParse(schema, json);
  if (result.success) return result.output;
  throw unusable(path, `its field ${v.getDotPath(result.issues[0]) ?? '(the whole)'} has the wrong shape`);
}

function unusable(path: string, why: string): TsstepError {
  return new TsstepError({
    code: 'usage',
    what: `the logins in ${path} cannot be read`,
    why,
    remedy: `mend the file, or name another folder with DOCKER_CONFIG`,
  });
}

/** Changes the file, which is made where there is none; nobody but its owner may read it. @throws `usage` when it cannot be understood */
export async function changeDockerConfig(
  env: NodeJS.ProcessEnv,
  change: (config: DockerConfig) => DockerConfig,
): Promise<void> {
  const given = dockerConfigPath(env);
  mkdirSync(dirname(given), { recursive: true, mode: 0o700 });
  await withLock(dirname(given), () => {
    // Who keeps it elsewhere by a symlink still does afterwards.
    const path = tolerating(['ENOENT'], () => realpathSync(given)) ?? given;
    const text = JSON.stringify(change(readDockerConfig(env)), null, '\t');
    const temporary = `${path}.${process.pid}`;
    writeFileSync(temporary, text, { mode: 0o600, flag: 'wx', flush: true });
    renameSync(temporary, path);
  });
}
