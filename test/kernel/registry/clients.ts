/** Clients for the registries of a test. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Registry } from '../../../core/registry/client.ts';
import type { RegistrySettings } from '../../../core/registry/types.ts';
import { layer, writeLayout } from '../../support/layout.ts';
import { student, type TestRegistry } from '../../support/registry.ts';
import type { Sandbox } from '../../support/sandbox.ts';
import { temporaryRoot } from '../../unit/image/tars.ts';

export const none: RegistrySettings = { mirrors: [], insecure: [] };

export function client(
  registry: Pick<TestRegistry, 'host' | 'url'>,
  env: NodeJS.ProcessEnv = {},
  settings = none,
  mirror = false,
): Registry {
  return new Registry({ registry: registry.host, url: registry.url, mirror }, { env, settings });
}

/** The student's login as docker writes it. */
export const password = { auth: btoa(`${student.user}:${student.password}`) };

/** The environment of somebody who has logged in to a registry. */
export function loggedIn(host: string, entry: object = password): { DOCKER_CONFIG: string } {
  const DOCKER_CONFIG = temporaryRoot();
  writeFileSync(join(DOCKER_CONFIG, 'config.json'), JSON.stringify({ auths: { [host]: entry } }));
  return { DOCKER_CONFIG };
}

/** Gives each registry the image `team/small:1`. */
export async function fill(sandbox: Sandbox, ...registries: readonly TestRegistry[]): Promise<void> {
  const hello = await layer({ name: 'hello', content: 'hello' });
  const directory = writeLayout(join(sandbox.directory, 'small'), '1', [hello]);
  for (const registry of registries) await registry.fill(`oci:${directory}:1`, 'team/small:1');
}
