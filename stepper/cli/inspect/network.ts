import type { Known } from '../../../core/known.ts';
import { endpointsOf } from '../../../core/network/endpoint.ts';
import { type Endpoint, type Endpoints, endpointsIn } from '../../../core/network/endpoint-state.ts';
import { keyed } from '../../../core/network/publish.ts';
import type { Container } from '../../../core/store/containers.ts';
import { goList, goMap, nil } from '../template/go-values.ts';

/** Docker's `NetworkSettings`: the addresses of now, so none when nothing runs. `pid`: whose namespace it is; 0 is none. */
export function networkSettingsOf(container: Container, known: Known | undefined, pid: number) {
  const { config, state } = container;
  const { spec } = config;
  // A container that is being made has no state yet, but its session knows.
  const endpoints: Endpoints = pid === 0 ? {} : (state.networks ?? (known ? endpointsIn(spec, known) : {}));
  const own = endpointsOf(spec).length > 0;
  const first = endpoints.bridge;
  return {
    Bridge: first?.bridge ?? '',
    SandboxKey: pid === 0 ? '' : `/proc/${pid}/ns/net`,
    Ports: goMap(own && pid !== 0 ? portsOf(container, known) : {}),
    // As with docker these four are those of the default network alone.
    EndpointID: first?.endpointId ?? '',
    Gateway: first?.gateway ?? '',
    IPAddress: first?.address ?? '',
    IPPrefixLen: first?.prefix ?? 0,
    MacAddress: first?.mac ?? '',
    Networks: goMap(networksOf(container, endpoints)),
  };
}

function networksOf({ config }: Container, endpoints: Endpoints): Record<string, object> {
  const { spec, id } = config;
  if (typeof spec.network === 'object' && 'container' in spec.network) return {};
  const wanted =
    endpointsOf(spec).length > 0
      ? endpointsOf(spec)
      : spec.network === 'host' || spec.network === 'none'
        ? [{ network: spec.network }]
        : [];
  const asked = wanted
    .filter(({ network }) => !Object.values(endpoints).some((one) => one.networkId.startsWith(network)))
    .map(({ network, ip, aliases }) => [network, { ip, aliases, endpoint: endpoints[network] }] as const);
  const there = Object.entries(endpoints).map(
    ([name, endpoint]) =>
      [
        name,
        { ip: wanted.find(({ network }) => network === name)?.ip, aliases: endpoint.aliases, endpoint },
      ] as const,
  );
  return Object.fromEntries(
    [...new Map([...asked, ...there])].map(([name, its]) => [name, networkOf(name, id, its)]),
  );
}

function networkOf(
  name: string,
  id: string,
  {
    ip,
    aliases = [],
    endpoint,
  }: { ip?: string | undefined; aliases?: readonly string[] | undefined; endpoint?: Endpoint | undefined },
) {
  const named = name !== 'bridge' && name !== 'host' && name !== 'none';
  return {
    IPAMConfig: ip === undefined ? (named ? {} : nil) : { IPv4Address: ip },
    Links: goList(null),
    Aliases: goList(named ? [...aliases, id.slice(0, 12)] : null),
    NetworkID: endpoint?.networkId ?? '',
    EndpointID: endpoint?.endpointId ?? '',
    Gateway: endpoint && !endpoint.internal ? endpoint.gateway : '',
    IPAddress: endpoint?.address ?? '',
    IPPrefixLen: endpoint?.prefix ?? 0,
    IPv6Gateway: '',
    GlobalIPv6Address: '',
    GlobalIPv6PrefixLen: 0,
    MacAddress: endpoint?.mac ?? '',
    DriverOpts: goMap(null),
  };
}

type Bindings = { HostIp: string; HostPort: string }[];

/** A nil list: exposed only. */
function portsOf({ config, state }: Container, known: Known | undefined): Record<string, Bindings> {
  const ports: Record<string, Bindings> = Object.fromEntries(
    config.exposedPorts.map((port) => [port, goList<Bindings[number]>(null)]),
  );
  const chosen = state.ports ?? known?.ports ?? {};
  for (const { key, mapping } of keyed(config.spec.publish)) {
    const hostPort = chosen[key];
    if (hostPort === undefined) continue;
    const name = `${mapping.containerPort}/${mapping.protocol}`;
    ports[name] = [...(ports[name] ?? []), { HostIp: mapping.ip, HostPort: String(hostPort) }];
  }
  return ports;
}
