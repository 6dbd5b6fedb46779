/** `~/.docker/config.json`, where docker keeps logins; podman and skopeo read it where they have none of their own. */
import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
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

/** docker.io by any of the names that its parts have. */
export function isDockerHub(host: string): boolean {
  return ['docker.io', 'index.docker.io', 'registry-1.docker.io'].includes(host);
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

/**
 * Changes the file. Owner and mode stay; where there is none, it is made for the owner of its directory, and nobody else may read it:
 * `sudo` may leave HOME as it is, and its user has to be able to read the file afterwards.
 * @throws `usage` when it cannot be understood
 */
export async function changeDockerConfig(
  env: NodeJS.ProcessEnv,
  change: (config: DockerConfig) => DockerConfig,
): Promise<void> {
  const given = dockerConfigPath(env);
  makeDirectory(dirname(given));
  await withLock(dirname(given), () => {
    // Who keeps it elsewhere by a symlink still does afterwards.
    const path = tolerating(['ENOENT'], () => realpathSync(given)) ?? given;
    const text = JSON.stringify(change(readDockerConfig(env)), null, '\t');
    replaceFile(path, text);
  });
}

function makeDirectory(path: string): void {
  const first = mkdirSync(path, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  for (let made = resolve(path); made.length >= first.length; made = dirname(made)) {
    // Whoever owns the directory above could have put something else there.
    const fd = openSync(made, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
    try {
      giveTo(statSync(dirname(first)), fd);
    } finally {
      closeSync(fd);
    }
  }
}

/** Under its name there is the old text or the new one, whole. */
function replaceFile(path: string, text: string): void {
  const before = tolerating(['ENOENT'], () => statSync(path));
  const temporary = `${path}.${process.pid}`;
  const fd = openSync(temporary, 'wx', 0o600);
  try {
    giveTo(before ?? statSync(dirname(path)), fd);
    if (before) fchmodSync(fd, before.mode & 0o777);
    writeFileSync(fd, text, { flush: true });
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  } finally {
    closeSync(fd);
  }
}

/** Only root may give files away, and not on every file system. */
function giveTo({ uid, gid }: Stats, fd: number): void {
  tolerating(['EPERM', 'EINVAL'], () => fchownSync(fd, uid, gid));
}
