import { describe, expect, it } from 'vitest';
import { distributionOf } from '../../../core/host/os-release.ts';
import { installing } from '../../../core/host/packages.ts';
import { page, rows } from '../docs/pages.ts';
import { osReleases } from './platforms.ts';

describe('os-release', () => {
  it.each([
    ['Debian 12', 'debian', '12', 'Debian GNU/Linux 12 (bookworm)'],
    ['Debian 13', 'debian', '13', 'Debian GNU/Linux 13 (trixie)'],
    ['Ubuntu 22.04', 'ubuntu', '22.04', 'Ubuntu 22.04.5 LTS'],
    ['Ubuntu 24.04', 'ubuntu', '24.04', 'Ubuntu 24.04.3 LTS'],
    ['Fedora 42', 'fedora', '42', 'Fedora Linux 42 (Workstation Edition)'],
    ['Alpine 3.22', 'alpine', '3.22.1', 'Alpine Linux v3.22'],
    ['Arch', 'arch', undefined, 'Arch Linux'],
    ['Rocky 10', 'rocky', '10.0', 'Rocky Linux'],
  ] as const)('of %s is read as ID %s, version %s, name %s', (text, id, version, name) => {
    const { version: found, ...rest } = distributionOf(osReleases[text]);
    expect({ ...rest, version: found }).toMatchObject({ id, version, name });
  });

  it('may be quoted either way, escaped, commented, indented, and its last assignment counts', () => {
    const text = [
      '# ID=comment',
      '',
      "ID='single'",
      '  NAME="a \\"b\\" \\$c \\\\ d"',
      'ID_LIKE="one  two"',
      "PRETTY_NAME='as \\ it is'",
      'NOT-A-NAME=x',
      'ID=last',
    ].join('\n');
    expect(distributionOf(text)).toEqual({ id: 'last', like: ['one', 'two'], name: 'as \\ it is' });
    expect(distributionOf('NAME="a \\"b\\" \\$c \\\\ d"').name).toBe('a "b" $c \\ d');
  });

  it('that is empty stands for Linux', () => {
    expect(distributionOf('')).toEqual({ id: 'linux', like: [], name: 'Linux' });
  });
});

describe('the command that installs', () => {
  it.each([
    ['Debian 13', 'ip', 'apt-get install iproute2'],
    ['Ubuntu 24.04', 'nsenter', 'apt-get install util-linux'],
    ['Fedora 42', 'ip', 'dnf install iproute'],
    ['Fedora 42', 'iptables-nft', 'dnf install iptables-nft'],
    ['Rocky 10', 'nft', 'dnf install nftables'],
    ['Alpine 3.22', 'unshare', 'apk add util-linux-misc'],
    ['Alpine 3.22', 'setpriv', 'apk add setpriv'],
    ['Alpine 3.22', 'busybox-static', 'apk add busybox-static'],
    ['Arch', 'nft', 'pacman -S nftables'],
    ['openSUSE Leap', 'ip', 'zypper install iproute2'],
  ] as const)('on %s for %s is `%s`', (text, tool, command) => {
    expect(installing(tool, distributionOf(osReleases[text]))).toBe(command);
  });

  it('is the one of docs/platforms.md, for each tool and family', () => {
    const columns = ['Debian 13', 'Fedora 42', 'Alpine 3.22', 'Arch', 'openSUSE Leap'] as const;
    const table = rows(page('docs/platforms.md'), 'tool').flatMap(([tools = '', ...listed]) =>
      tools.split(', ').map((name) => ({ name: name.replaceAll('`', ''), listed })),
    );
    expect(table).toHaveLength(7);
    for (const { name, listed } of table) {
      const tool = { 'static busybox': 'busybox-static', 'static tini': 'tini' }[name] ?? name;
      const commands = columns.map((column) => installing(tool, distributionOf(osReleases[column])));
      const known = (command: string) => !command.includes('package manager');
      expect(commands.map((command) => (known(command) ? command.split(' ').at(-1) : ''))).toEqual(listed);
    }
  });

  it('is named in words for a distribution or a package that is not known', () => {
    expect(installing('nft', distributionOf(osReleases.NixOS))).toBe(
      'install nft with the package manager of NixOS',
    );
    expect(installing('iptables-legacy', distributionOf(osReleases.Arch))).toBe(
      'install iptables-legacy with the package manager of Arch Linux',
    );
  });
});
