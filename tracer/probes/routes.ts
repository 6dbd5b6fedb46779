import type { Probe, Tree } from '../snapshot.ts';
import { containerNet, hostNet, type IpRoute } from './ip.ts';

export const hostRoutes: Probe = async (context) => tree((await hostNet(context))?.routes);
export const containerRoutes: Probe = async (context) => tree((await containerNet(context))?.routes);

/** By destination; one that is reached in several ways has its metric in the key (ip-route(8)). */
function tree(routes: readonly IpRoute[] | undefined): Tree | undefined {
  return routes && Object.fromEntries(routes.map((each) => [key(each), describe(each)]));
}

function key({ type, dst, metric }: IpRoute): string {
  return [type === 'unicast' ? undefined : type, dst, metric && `metric ${metric}`].filter(Boolean).join(' ');
}

function describe({ gateway, dev, prefsrc, scope }: IpRoute): string {
  const words = { via: gateway, dev, src: prefsrc, scope: scope === 'global' ? undefined : scope };
  return Object.entries(words)
    .flatMap(([word, value]) => (value === undefined ? [] : [`${word} ${value}`]))
    .join(' ');
}
