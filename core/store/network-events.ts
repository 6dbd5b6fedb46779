import { builtIns, type Network } from '../network/network.ts';
import { type Container, readContainer } from './containers.ts';
import { recordLifecycle } from './lifecycle-log.ts';

type Joined = Pick<Network, 'id' | 'name' | 'driver'>;

/** In docker's words: the network is whom it happens to. */
export function recordNetwork(
  root: string,
  { id, name, driver }: Joined,
  action: 'connect' | 'disconnect',
  container: string,
): void {
  recordLifecycle(root, { type: 'network', action, id, attributes: { container, name, type: driver } });
}

/** Says that a container begins or ends to be in its networks. Nothing of one that shares another container's: as docker. */
export function recordNetworks(root: string, id: string, action: 'connect' | 'disconnect'): void {
  const container = readContainer(root, id);
  for (const network of container ? networksOf(root, container) : [])
    recordNetwork(root, network, action, id);
}

/** `host` and `none` have no addresses to keep, and are networks to docker all the same. */
function networksOf(root: string, { config, state }: Container): readonly Joined[] {
  const { network } = config.spec;
  if (network === 'host' || network === 'none') return builtIns(root).filter(({ name }) => name === network);
  return Object.entries(state.networks ?? {}).map(([name, { networkId }]) => ({
    ...{ id: networkId, name },
    driver: 'bridge',
  }));
}
