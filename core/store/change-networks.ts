/** Which networks a container is in, now (state.json) and at its next start (config.json). */
import { endpointsOf } from '../network/endpoint.ts';
import { type Endpoint, type Endpoints, nextWayOut, wayOut } from '../network/endpoint-state.ts';
import type { EndpointSpec } from '../spec/types.ts';
import { withContainerLock } from './container-lock.ts';
import { type ContainerState, changeState, isUp, readLocked, writeConfig } from './containers.ts';
import { isSameLife } from './same-life.ts';

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

/**
 * @param before the state in which the container was when it was decided what to do
 * @returns false: it has ended or was started meanwhile, and nothing is changed @throws TsstepError no-such-container
 */
export async function changeNetworks(
  root: string,
  id: string,
  before: ContainerState,
  change: NetworkChange,
): Promise<boolean> {
  return await withContainerLock(root, id, () => {
    const { config, state } = readLocked(root, id);
    // Whoever has left a network, and has ended since, is not in it at its next start either.
    const hasLeft = 'leave' in change && state.status === 'exited';
    if (!isSameLife(before, state) && !hasLeft) return false;
    const endpoints =
      'join' in change
        ? [...endpointsOf(config.spec), change.join]
        : endpointsOf(config.spec).filter(({ network }) => !change.asked.includes(network));
    writeConfig(root, { ...config, spec: { ...config.spec, endpoints } });
    if (isUp(state)) changeState(root, id, { networks: networksAfter(state.networks, change) });
    return true;
  });
}

function networksAfter(networks: Endpoints = {}, change: NetworkChange): Endpoints {
  if ('join' in change) return change.now ? { ...networks, [change.now[0]]: change.now[1] } : networks;
  const { [change.leave]: _left, ...others } = networks;
  return withWayOut(others);
}
