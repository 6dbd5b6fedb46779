import type { Known, Lease } from '../known.ts';
import { leaseAddress, shareBridge, shareForwarding, shareLocalnet } from '../network/bridge.ts';
import { shareForwardAccept, shareNat } from '../network/firewall.ts';
import { publishPorts, refuseIpv6, reservePorts } from '../network/publish.ts';
import { networkSettings } from '../network/settings.ts';
import { addPair, configurePeer, loopbackUp, movePeer } from '../network/veth.ts';
import type { Operation } from '../operation.ts';
import { containerFiles, need } from '../paths.ts';
import type { Spec } from '../spec/types.ts';
import type { Stage } from '../stage.ts';
import { hostsFile } from '../store/identity-files.ts';

function hostSide(known: Known, lease: Lease, id: string): Operation[] {
  const { forwardDropper } = known.host;
  return [
    shareBridge(lease, id),
    shareForwarding(id),
    shareLocalnet(lease, id),
    shareNat(lease, id),
    ...(forwardDropper ? [shareForwardAccept(lease, forwardDropper, id)] : []),
    addPair(lease, id),
  ];
}

function hosts(spec: Spec, known: Known, id: string): Operation {
  return {
    kind: 'write-file',
    where: 'host',
    name: 'hosts',
    path: containerFiles(known.host.root, id).hosts,
    data: hostsFile(spec, known),
    mode: 0o644,
    why: 'Now that the address is known, the container can find itself by its own hostname.',
    undo: 'nothing',
  };
}

function bridgeNetwork(spec: Spec, known: Known): Operation[] {
  refuseIpv6(spec.publish);
  const id = need(known, 'id');
  const { lease, init } = known;
  const first = leaseAddress(id);
  if (!lease) return [first];
  if (!init) return [first, ...hostSide(known, lease, id)];
  return [
    first,
    ...hostSide(known, lease, id),
    movePeer(id, init.pid),
    ...configurePeer(lease, id, init.pid),
    ...networkSettings(),
    hosts(spec, known, id),
    ...reservePorts(spec.publish),
    ...publishPorts(spec.publish, lease, id, known.ports),
  ];
}

/** Host and container:ID bring a network that is ready: the namespaces stage has joined it, or never left it. */
function plan(spec: Spec, known: Known): Operation[] {
  if (spec.network === 'bridge') return bridgeNetwork(spec, known);
  if (spec.network === 'none') return known.init ? [loopbackUp(known.init.pid), ...networkSettings()] : [];
  return [];
}

export const network: Stage = {
  name: 'network',
  summary:
    'Connect the container’s network namespace to the host’s with a virtual cable, a bridge and address translation.',
  plan,
};
