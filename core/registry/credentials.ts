import { helperGet } from './credential-helper.ts';
import { type DockerConfig, isDockerHub, readDockerConfig, serverName } from './docker-config.ts';
import { hostOf } from './hosts.ts';

/** A login: a password, or a token that stands for one and is exchanged at the token server (OAuth 2, refresh token). */
export type Credentials = { user: string; password: string } | { user: string; identityToken: string };

/** The saved login of a registry. @throws `usage`, `registry` when docker's configuration or its helper is broken */
export async function savedCredentials(
  registry: string,
  env: NodeJS.ProcessEnv,
): Promise<Credentials | undefined> {
  const config = readDockerConfig(env);
  const helper = helperFor(config, registry);
  if (helper === undefined) return filedCredentials(config, registry);
  const kept = await helperGet(helper, serverName(registry), env);
  if (!kept) return undefined;
  const { Username: user, Secret: secret } = kept;
  return user === '<token>' ? { user, identityToken: secret } : { user, password: secret };
}

/** Which helper looks after a registry; undefined: the file itself does. */
export function helperFor(config: DockerConfig, registry: string): string | undefined {
  // docker takes an empty name for none.
  return (
    config.credHelpers?.[serverName(registry)] ||
    config.credHelpers?.[registry] ||
    config.credsStore ||
    undefined
  );
}

/** What the file has under `auths`: the name itself, or a URL of the same host, as old versions of docker wrote it. */
export function filedCredentials({ auths = {} }: DockerConfig, registry: string): Credentials | undefined {
  const server = serverName(registry);
  const key = server in auths ? server : Object.keys(auths).find((name) => isFiledFor(name, registry));
  const { auth, identitytoken } = (key !== undefined && auths[key]) || {};
  const decoded = Buffer.from(auth ?? '', 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  const user = colon < 0 ? '' : decoded.slice(0, colon);
  if (identitytoken) return { user: user || '<token>', identityToken: identitytoken };
  // docker pads old entries with NUL.
  return colon > 0 ? { user, password: decoded.slice(colon + 1).replace(/\0+$/, '') } : undefined;
}

/** Whether a name under `auths` is one of a registry: what is sent, and what a logout has to forget. */
export function isFiledFor(name: string, registry: string): boolean {
  return authorityOf(name) === authorityOf(registry);
}

function authorityOf(name: string): string {
  const authority = name.replace(/^https?:\/\//, '').split('/')[0] ?? '';
  return isDockerHub(hostOf(authority)) ? 'docker.io' : authority.toLowerCase();
}

/** The header for a login by password (RFC 7617). */
export function basicHeader({ user, password }: { user: string; password: string }): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}
