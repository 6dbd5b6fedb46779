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
const lease: Lease = {
  network: BRIDGE,
  bridge: BRIDGE,
  subnet: '',
  prefix: 0,
  gateway: '',
  address: '',
  mac: '',
};

function cgroupMounts(): string[] {
  try {
    return mountsOf(readLayout());
  } catch (error) {
    if (error instanceof TsstepError) return [];
    throw error;
  }
}

const shared = (holder: string): Operation[] => [
  shareBridge(lease, holder),
  shareForwarding(holder),
  shareLocalnet(lease, holder),
  shareNat(lease, holder),
  shareForwardAccept(lease, forwardDropper() ?? 'iptables-nft', holder),
  shareParent(cgroupMounts(), holder, ''),
];

/** What a run's own undo of `resource` would have been; one that nothing is known of is only forgotten. */
export function releaseOf(resource: string, holder: string): Release {
  const own = shared(holder)
    .map(({ undo }) => (typeof undo === 'string' ? undefined : undo.do))
    .find((action): action is Release => action?.kind === 'release' && action.resource === resource);
  return own ?? { kind: 'release', resource, holder, unmake: [] };
}
