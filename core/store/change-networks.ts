/** Which networks a container is in, now (state.json) and at its next start (config.json). */
import { endpointsOf } from '../network/endpoint.ts';
import { type Endpoint, type Endpoints, nextWayOut, wayOut } from '../network/endpoint-state.ts';
import type { EndpointSpec } from '../spec/types.ts';
import { withContainerLock } from './container-lock.ts';
import { isUp, readContainer, writeConfig, writeState } from './containers.ts';

export type NetworkChange =
  /** `now` absent: the container does not run. */
  | { join: EndpointSpec; now?: readonly [name: string, endpoint: Endpoint] }
  /** By name; `asked`: how its configuration may call it too. */
  | { leave: string; asked: readonly string[] };

/** The default route has moved to it, if that has gone which it led through. */
function withWayOut(networks: Endpoints): Endpoints {
  const next = wayOut(networks) ? undefined : nextWayOut(networks);
  return next ? { ...networks, [next[0]]: { ...next[1], wayOut: true } } : networks;
}

/** @returns false: its process has ended meanwhile, and nothing is changed @throws TsstepError no-such-container */
export async function changeNetworks(root: string, id: string, change: NetworkChange): Promise<boolean> {
  return await withContainerLock(root, id, () => {
    const container = readContainer(root, id);
    if (!container) return false;
    const { config, state } = container;
    const before = endpointsOf(config.spec);
    if ('join' in change) {
      if (change.now && !isUp(state)) return false;
      const endpoints = [...before, change.join];
      writeConfig(root, { ...config, spec: { ...config.spec, endpoints } });
      if (change.now)
        writeState(root, id, { ...state, networks: { ...state.networks, [change.now[0]]: change.now[1] } });
      return true;
    }
    const endpoints = before.filter(({ network }) => !change.asked.includes(network));
    writeConfig(root, { ...config, spec: { ...config.spec, endpoints } });
    const { [change.leave]: _left, ...networks } = state.networks ?? {};
    if (isUp(state)) writeState(root, id, { ...state, networks: withWayOut(networks) });
    return true;
  });
}
