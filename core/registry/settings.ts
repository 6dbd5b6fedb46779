/** Where registries are, and what is accepted of them: /etc/tsstep/config.json, in the words of docker's daemon.json. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as v from 'valibot';
import { TsstepError } from '../errors.ts';
import { errnoOf } from '../kernel/errno.ts';
import { hostOf, inNetwork, isLoopback, isNetwork } from './hosts.ts';
import type { Endpoint, RegistrySettings } from './types.ts';

const usualFile = '/etc/tsstep/config.json';

const fileSchema = v.object({
  'registry-mirrors': v.optional(v.array(v.string()), []),
  'insecure-registries': v.optional(v.array(v.string()), []),
});

/** Directories of certificates by host: ours, beside the settings, before docker's. */
export function certificateFolders(env: NodeJS.ProcessEnv): readonly string[] {
  return [join(dirname(env.TSSTEP_CONFIG || usualFile), 'certs.d'), '/etc/docker/certs.d'];
}

/**
 * The settings file (`TSSTEP_CONFIG` names another one), after TSSTEP_REGISTRY_MIRROR, whose URLs are separated by commas.
 * @param insecure of --insecure-registry
 * @throws `usage` for what cannot be understood
 */
export function readSettings(env: NodeJS.ProcessEnv, insecure: readonly string[]): RegistrySettings {
  const path = env.TSSTEP_CONFIG || usualFile;
  const file = readFile(path, env.TSSTEP_CONFIG !== undefined);
  const named = (env.TSSTEP_REGISTRY_MIRROR ?? '').split(',').map((url) => url.trim());
  return {
    mirrors: [
      ...named.filter(Boolean).map((url) => mirrorUrl(url, 'TSSTEP_REGISTRY_MIRROR')),
      ...file['registry-mirrors'].map((url) => mirrorUrl(url, `registry-mirrors of ${path}`)),
    ],
    insecure: [
      ...insecure.map((host) => insecureHost(host, '--insecure-registry')),
      ...file['insecure-registries'].map((host) => insecureHost(host, `insecure-registries of ${path}`)),
    ],
  };
}

/**
 * Where the images of a registry are asked for, in order: the next one when one cannot be reached, or is a mirror that lacks
 * the image. Mirrors are docker.io's only, as in docker. A host that is insecure or loopback is asked by HTTPS, then by plain HTTP.
 */
export function endpointsFor(registry: string, settings: RegistrySettings): readonly Endpoint[] {
  if (registry === 'docker.io') {
    const mirrors = settings.mirrors.map((url) => ({ registry, url, mirror: true }));
    return [...mirrors, { registry, url: 'https://registry-1.docker.io', mirror: false }];
  }
  const schemes = isInsecure(registry, settings) ? ['https', 'http'] : ['https'];
  return schemes.map((scheme) => ({ registry, url: `${scheme}://${registry}`, mirror: false }));
}

/** Whether plain HTTP and certificates that nobody vouches for are accepted from `host[:port]`. */
export function isInsecure(authority: string, { insecure }: RegistrySettings): boolean {
  const host = hostOf(authority);
  return isLoopback(host) || insecure.some((one) => one === authority || inNetwork(host, one));
}

function readFile(path: string, required: boolean): v.InferOutput<typeof fileSchema> {
  let json: unknown = {};
  try {
    json = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT' || required)
      throw badFile(path, error instanceof Error ? error.message : '');
  }
  const result = v.safeParse(fileSchema, json);
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw badFile(path, `its field ${v.getDotPath(issue) ?? '(the whole)'} is wrong: ${issue.message}`);
}

function badFile(path: string, why: string): TsstepError {
  return new TsstepError({
    code: 'usage',
    what: `the settings in ${path} cannot be read`,
    why,
    remedy:
      'write JSON like {"registry-mirrors": ["http://mirror:5000"], "insecure-registries": ["mirror:5000"]}',
  });
}

/** As docker checks them: scheme, host and port, and nothing else; without a scheme as for a registry of that name. */
function mirrorUrl(text: string, where: string): string {
  const whole = text.includes('://') ? text : `${isLoopback(hostOf(text)) ? 'http' : 'https'}://${text}`;
  const url = URL.canParse(whole) ? new URL(whole) : undefined;
  const plain = url && /^https?:$/.test(url.protocol) && url.pathname === '/' && !url.search && !url.hash;
  if (plain && !url.username && !url.password) return url.origin;
  throw new TsstepError({
    code: 'usage',
    // A password in it must not get into an error.
    what: `the mirror ${JSON.stringify(text.replace(/\/\/.*@/, '//…@'))} in ${where} cannot be used`,
    why: 'a mirror is http:// or https:// with a host and perhaps a port, without user, path or query',
    remedy: 'write it like http://mirror:5000; logins are kept by `tsstep login`',
  });
}

function insecureHost(text: string, where: string): string {
  if (isNetwork(text) || /^(\[[0-9a-f:]+\]|[a-z0-9.-]+)(:\d+)?$/i.test(text)) return text;
  throw new TsstepError({
    code: 'usage',
    what: `the insecure registry ${JSON.stringify(text)} in ${where} cannot be understood`,
    why: 'it is neither a host with a port nor a network',
    remedy: 'write it like registry.local:5000 or 10.0.0.0/8, without http://',
  });
}
