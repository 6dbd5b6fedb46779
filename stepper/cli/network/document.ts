import type { Places } from '../../../core/known.ts';
import { leasesIn } from '../../../core/network/leases.ts';
import { bridgeOf, isBuiltIn, type Network } from '../../../core/network/network.ts';
import { listContainers } from '../../../core/store/containers.ts';
import { goMap } from '../template/go-values.ts';

/** What docker's default network has; the values are what tsstep does. */
const defaultOptions = {
  'com.docker.network.bridge.default_bridge': 'true',
  'com.docker.network.bridge.enable_icc': 'true',
  'com.docker.network.bridge.enable_ip_masquerade': 'true',
  'com.docker.network.bridge.host_binding_ipv4': '0.0.0.0',
  'com.docker.network.bridge.name': 'tsstep0',
  'com.docker.network.driver.mtu': '1500',
} as const;

/** Docker's document of a network. */
export function networkDocument({ root, run }: Places, network: Network): object {
  const { id, name, created, driver, internal, labels, options } = network;
  return {
    Name: name,
    Id: id,
    Created: created,
    Scope: 'local',
    Driver: driver,
    EnableIPv6: false,
    IPAM: { Driver: 'default', Options: goMap(isBuiltIn(name) ? null : {}), Config: ipam(run, network) },
    Internal: internal,
    Attachable: false,
    Ingress: false,
    ConfigFrom: { Network: '' },
    ConfigOnly: false,
    Containers: goMap(containersIn(root, network)),
    Options: goMap<string>(name === 'bridge' ? defaultOptions : options),
    Labels: goMap(labels),
  };
}

/** The default network's subnet is settled while containers are in it. */
function ipam(run: string, network: Network): object[] {
  const [lease] = network.name === 'bridge' ? leasesIn(run, bridgeOf(network)).values() : [];
  const { subnet, gateway, range } = lease ? { ...lease, range: undefined } : network;
  if (subnet === undefined) return [];
  return [{ Subnet: subnet, ...(range !== undefined && { IPRange: range }), Gateway: gateway }];
}

/** Those that run. */
function containersIn(root: string, { id }: Network): Record<string, object> {
  return Object.fromEntries(
    listContainers(root).flatMap(({ config, state }) => {
      const endpoint = Object.values(state.networks ?? {}).find(({ networkId }) => networkId === id);
      if (!endpoint) return [];
      const document = {
        Name: config.name,
        EndpointID: endpoint.endpointId,
        MacAddress: endpoint.mac,
        IPv4Address: `${endpoint.address}/${endpoint.prefix}`,
        IPv6Address: '',
      };
      return [[config.id, document]];
    }),
  );
}
