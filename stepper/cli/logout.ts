import { serverName } from '../../core/registry/docker-config.ts';
import { registryOf, removeLogin } from '../../core/registry/login.ts';

/** `tsstep logout`: forgets a login, as docker does also where there is none. @throws TsstepError usage, registry */
export async function logout(server: string | undefined): Promise<number> {
  const registry = registryOf(server);
  process.stdout.write(`Removing login credentials for ${serverName(registry)}\n`);
  await removeLogin(registry, process.env);
  return 0;
}
