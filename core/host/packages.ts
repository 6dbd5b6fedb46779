/** How a tool gets onto this machine: the packages of each family of distributions. */
import { type Distribution, distributionOf, readOsRelease } from './os-release.ts';

/** By ID or ID_LIKE of os-release(5), and the command that installs. */
const families = {
  debian: { ids: ['debian', 'ubuntu'], install: 'apt-get install' },
  fedora: { ids: ['fedora', 'rhel', 'centos'], install: 'dnf install' },
  alpine: { ids: ['alpine'], install: 'apk add' },
  arch: { ids: ['arch'], install: 'pacman -S' },
  suse: { ids: ['suse', 'opensuse'], install: 'zypper install' },
} as const;

type Family = keyof typeof families;

type Packages = Partial<Record<Family, string>>;

const everywhere = (name: string, but: Packages = {}): Packages => ({
  debian: name,
  fedora: name,
  alpine: name,
  arch: name,
  suse: name,
  ...but,
});

/**
 * Alpine cuts util-linux into packages: `setpriv` and `mount` are their own, the rest is in -misc. What is not in here for a
 * family is not known for sure, and a wrong name helps nobody.
 */
const packages: Readonly<Record<string, Packages>> = {
  ip: everywhere('iproute2', { fedora: 'iproute' }),
  nft: everywhere('nftables'),
  unshare: everywhere('util-linux', { alpine: 'util-linux-misc' }),
  nsenter: everywhere('util-linux', { alpine: 'util-linux-misc' }),
  setpriv: everywhere('util-linux', { alpine: 'setpriv' }),
  mount: everywhere('util-linux', { debian: 'mount', alpine: 'mount' }),
  cp: everywhere('coreutils'),
  ps: everywhere('procps', { fedora: 'procps-ng', arch: 'procps-ng' }),
  // The static one: see small-init.ts.
  tini: { debian: 'tini', fedora: 'tini-static', alpine: 'tini-static' },
  'busybox-static': { debian: 'busybox-static', fedora: 'busybox', alpine: 'busybox-static' },
  'iptables-nft': { debian: 'iptables', fedora: 'iptables-nft' },
  'iptables-legacy': { debian: 'iptables', fedora: 'iptables-legacy' },
};

/** Its own ID first: Ubuntu is like Debian, but a Debian-like may have tools of its own. */
function familyOf({ id, like }: Pick<Distribution, 'id' | 'like'>): Family | undefined {
  const known = Object.entries(families) as [Family, { ids: readonly string[] }][];
  for (const word of [id, ...like]) {
    // openSUSE's IDs are opensuse-leap and opensuse-tumbleweed, and all of them are like opensuse or suse.
    const found = known.find(([, { ids }]) => ids.includes(word));
    if (found) return found[0];
  }
  return undefined;
}

/** The command that installs `tool` on `distribution`, this machine's by default, or else what to do in words. */
export function installing(
  tool: string,
  distribution: Distribution = distributionOf(readOsRelease()),
): string {
  const family = familyOf(distribution);
  const name = family && packages[tool]?.[family];
  if (!family || !name) return `install ${tool} with the package manager of ${distribution.name}`;
  return `${families[family].install} ${name}`;
}
