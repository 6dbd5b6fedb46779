/** Logging in to a registry and out of it, as docker does: in docker's files, so that one login serves both. */
import { TsstepError } from '../errors.ts';
import { Registry } from './client.ts';
import type { RegistryOptions } from './connections.ts';
import { helperErase, helperStore } from './credential-helper.ts';
import { type Credentials, helperFor, isFiledFor } from './credentials.ts';
import { changeDockerConfig, isDockerHub, readDockerConfig, serverName } from './docker-config.ts';
import { inReach } from './in-reach.ts';
import { Refusal } from './refusal.ts';
import { endpointsFor } from './settings.ts';

/**
 * The registry that SERVER means: docker.io where there is none; a URL's host, as docker takes it.
 * @throws `usage`
 */
export function registryOf(server: string | undefined): string {
  if (server === undefined) return 'docker.io';
  const host = server.replace(/^https?:\/\//, '').replace(/\/.*$/, '');
  if (isDockerHub(host)) return 'docker.io';
  if (/^(\[[0-9a-f:]+\]|[a-z0-9]([a-z0-9.-]*[a-z0-9])?)(:\d+)?$/i.test(host)) return host;
  throw new TsstepError({
    code: 'usage',
    what: `${JSON.stringify(server)} is no registry`,
    why: 'a registry is a host, perhaps with a port',
    remedy: 'write it like ghcr.io or localhost:5000; without it docker.io is meant',
  });
}

/** @throws `unauthorized` when the registry does not take the login; `registry` and the like when it cannot be asked */
export async function verifyLogin(
  registry: string,
  login: Credentials,
  options: RegistryOptions,
): Promise<void> {
  // A mirror has logins of its own.
  const endpoints = endpointsFor(registry, { ...options.settings, mirrors: [] });
  try {
    await inReach(endpoints, async (endpoint) => {
      const client = new Registry(endpoint, options, login);
      try {
        await client.verifyLogin();
      } finally {
        client.close();
      }
    });
  } catch (error) {
    if (!(error instanceof Refusal) || error.failure.code !== 'unauthorized') throw error;
    throw new TsstepError({
      ...error.failure,
      what: `${registry} does not accept the login of ${login.user}`,
      why: `it answers ${error.answer}`,
      remedy: 'look at user and password; many registries want an access token in place of the password',
    });
  }
}

/** Where a login is kept: a helper's name; undefined: the file. @throws `usage`, `registry` */
export async function saveLogin(
  registry: string,
  { user, password }: { user: string; password: string },
  env: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  const server = serverName(registry);
  const helper = helperFor(readDockerConfig(env), registry);
  if (helper !== undefined) await helperStore(helper, server, { Username: user, Secret: password }, env);
  // docker lists those of helpers as well, empty, to know whom there is a login for.
  const entry = helper === undefined ? { auth: Buffer.from(`${user}:${password}`).toString('base64') } : {};
  await changeDockerConfig(env, (config) => ({ ...config, auths: { ...config.auths, [server]: entry } }));
  return helper;
}

/** Forget a login, which need not be there, under every name that it would be found by. @throws `usage`, `registry` */
export async function removeLogin(registry: string, env: NodeJS.ProcessEnv): Promise<void> {
  const config = readDockerConfig(env);
  const helper = helperFor(config, registry);
  if (helper !== undefined) await helperErase(helper, serverName(registry), env);
  if (!Object.keys(config.auths ?? {}).some((name) => isFiledFor(name, registry))) return;
  await changeDockerConfig(env, ({ auths = {}, ...others }) => ({
    ...others,
    auths: Object.fromEntries(Object.entries(auths).filter(([name]) => !isFiledFor(name, registry))),
  }));
}
