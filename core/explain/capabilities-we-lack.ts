import type { Operation } from '../operation.ts';
import { capabilityNames, defaultCapabilities } from '../spec/capabilities.ts';
import type { Meaning } from './explain.ts';

/** capset(2) gives nobody what the giver has not (EPERM): who asked for it decides what helps. */
export function capabilitiesWeLack(operation: Operation): Meaning {
  const asked = operation.kind === 'capset' ? operation.capabilities : [];
  const own = 'grep CapEff /proc/self/status shows what root has here';
  const added = asked.filter((capability) => !defaultCapabilities.includes(capability));
  if (asked.length === capabilityNames.length)
    return {
      why: 'all capabilities are to be given (--privileged, or --cap-add ALL), and tsstep itself lacks some here',
      remedy: `${own}; without --privileged a command gets those of its container`,
    };
  if (added.length > 0)
    return {
      why: `besides docker’s usual ones ${added.join(', ')} are to be given, and tsstep itself lacks one of all these`,
      remedy: `${own}; leave out --cap-add for what is not there`,
    };
  return {
    why: 'tsstep itself lacks one of the capabilities that docker gives to every container',
    remedy: `${own}; --cap-drop what is not there, or run on the machine itself, not in another container`,
  };
}
