import type { Known } from '../../../core/known.ts';
import { keyed } from '../../../core/network/publish.ts';
import type { Container } from '../../../core/store/containers.ts';

/** Docker's `NetworkSettings`: the address of now, so none when nothing runs. `pid`: whose namespace it is; 0 is none. */
export function networkSettingsOf(container: Container, known: Known | undefined, pid: number) {
  const { config, state } = container;
  const lease = pid === 0 ? undefined : known?.lease;
  const address = {
    Gateway: (pid !== 0 && (state.gateway ?? lease?.gateway)) || '',
    IPAddress: (pid !== 0 && (state.address ?? lease?.address)) || '',
    IPPrefixLen: lease?.prefix ?? 0,
    MacAddress: (pid !== 0 && (state.mac ?? lease?.mac)) || '',
  };
  const { network } = config.spec;
  return {
    Bridge: lease?.bridge ?? '',
    SandboxKey: pid === 0 ? '' : `/proc/${pid}/ns/net`,
    Ports: network === 'bridge' && pid !== 0 ? portsOf(container, known) : {},
    ...address,
    Networks: typeof network === 'string' ? { [network]: address } : {},
  };
}

type Bindings = { HostIp: string; HostPort: string }[];

/** Null: exposed only. */
function portsOf({ config, state }: Container, known: Known | undefined): Record<string, Bindings | null> {
  const ports: Record<string, Bindings | null> = Object.fromEntries(
    config.exposedPorts.map((port) => [port, null]),
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
