/** Letting go of shared things without the journal that says how: by the resource's name, which each is made under. */
import { mountsOf, shareParent } from '../cgroup/group.ts';
import { readLayout } from '../cgroup/layout.ts';
import { TsstepError } from '../errors.ts';
import type { Lease } from '../known.ts';
import { BRIDGE, shareBridge, shareForwarding, shareLocalnet } from '../network/bridge.ts';
import { forwardDropper, shareForwardAccept, shareNat } from '../network/firewall.ts';
import type { Operation } from '../operation.ts';
import type { UndoAction } from '../undo.ts';

type Release = Extract<UndoAction, { kind: 'release' }>;

/** Unmaking needs the bridge's name only. */
const leaseOn = (bridge: string): Lease => ({
  network: bridge,
  bridge,
  subnet: '',
  prefix: 0,
  gateway: '',
  address: '',
  mac: '',
});

/** `nat-ts-0123456789ab`: the bridge that the resource is of. */
const bridgeIn = (resource: string): string =>
  /^(?:bridge|nat|route-localnet|forward-accept)-(.+)$/.exec(resource)?.[1] ?? BRIDGE;

function cgroupMounts(): string[] {
  try {
    return mountsOf(readLayout());
  } catch (error) {
    if (error instanceof TsstepError) return [];
    throw error;
  }
}

const shared = (lease: Lease, holder: string): Operation[] => [
  shareBridge(lease, holder),
  shareForwarding(holder),
  shareLocalnet(lease, holder),
  shareNat(lease, holder),
  shareForwardAccept(lease, forwardDropper() ?? 'iptables-nft', holder),
  shareParent(cgroupMounts(), holder, ''),
];

/** What a run's own undo of `resource` would have been; one that nothing is known of is only forgotten. */
export function releaseOf(resource: string, holder: string): Release {
  const own = shared(leaseOn(bridgeIn(resource)), holder)
    .map(({ undo }) => (typeof undo === 'string' ? undefined : undo.do))
    .find((action): action is Release => action?.kind === 'release' && action.resource === resource);
  return own ?? { kind: 'release', resource, holder, unmake: [] };
}
