import { goList } from '../template/go-values.ts';

/** What docker says of things that tsstep’s networks have none of: IPv6, links, a second address, hairpins in the bridge. */
export const noNetworkFacts = {
  Bridge: '',
  SandboxID: '',
  HairpinMode: false,
  LinkLocalIPv6Address: '',
  LinkLocalIPv6PrefixLen: 0,
  SecondaryIPAddresses: goList(null),
  SecondaryIPv6Addresses: goList(null),
  EndpointID: '',
  GlobalIPv6Address: '',
  GlobalIPv6PrefixLen: 0,
  IPv6Gateway: '',
};
