import type { Descriptor, Platform } from './schema.ts';

// Node's word and Go's word, which image indexes use (image-spec, image-index.md: GOARCH values).
const architectures: Readonly<Record<string, string>> = {
  x64: 'amd64',
  ia32: '386',
  ppc64: 'ppc64le',
  loong64: 'loong64',
};

/** This machine's architecture in Go's words. */
export function localArchitecture(arch: string = process.arch): string {
  return architectures[arch] ?? arch;
}

/** Names of the architectures that other tools use, in Go's words (containerd's platforms package does the same). */
const aliases: Readonly<Record<string, string>> = {
  x86_64: 'amd64',
  'x86-64': 'amd64',
  aarch64: 'arm64',
  armhf: 'arm/v7',
  armel: 'arm/v6',
  i386: '386',
};

/** GOARCH values that Linux runs on (image-spec, config.md, `architecture`). */
const known = new Set(
  'amd64 386 arm arm64 loong64 mips mipsle mips64 mips64le ppc64 ppc64le riscv64 s390x'.split(' '),
);

/** `linux/arm64/v8`, or an architecture alone: `arm64`. undefined: not the name of a Linux platform. */
export function parsePlatform(text: string): Platform | undefined {
  const bare = text.toLowerCase().replace(/^linux\//, '');
  const [name = '', variant, ...more] = (aliases[bare] ?? bare).split('/');
  const architecture = aliases[name] ?? name;
  if (more.length > 0 || !known.has(architecture) || !/^(v[0-9]+)?$/.test(variant ?? '')) return undefined;
  return { os: 'linux', architecture, ...(variant ? { variant } : {}) };
}

/** This machine's platform in an index's words. */
export function localPlatform(arch: string = process.arch): Platform {
  return { os: 'linux', architecture: localArchitecture(arch) };
}

/**
 * How well a platform fits the wanted one, 0 best; undefined: it cannot run there. Newer arm variants come first, because
 * every core runs the older ones' code; a missing platform may be anything and comes last.
 */
export function platformRank(
  platform: Platform | null | undefined,
  wanted: Platform = localPlatform(),
): number | undefined {
  if (!platform) return 100;
  if (platform.os !== wanted.os || platform.architecture !== wanted.architecture) return undefined;
  if (wanted.architecture === 'arm64')
    return (platform.variant ?? 'v8') === (wanted.variant ?? 'v8') ? 0 : undefined;
  if (wanted.architecture === 'arm') {
    const order = ['v7', 'v6', 'v5'];
    const rank = order.indexOf(platform.variant ?? 'v7') - order.indexOf(wanted.variant ?? 'v7');
    return rank < 0 ? undefined : rank;
  }
  if (wanted.variant) return platform.variant === wanted.variant ? 0 : platform.variant ? undefined : 50;
  // amd64/v2 and later need instructions that this processor may not have.
  return !platform.variant || platform.variant === 'v1' ? 0 : 50;
}

/** The manifest of an index that fits the wanted platform best. */
export function pickPlatform(
  manifests: readonly Descriptor[],
  wanted: Platform = localPlatform(),
): Descriptor | undefined {
  return manifests
    .map((descriptor, at) => ({ descriptor, at, rank: platformRank(descriptor.platform, wanted) }))
    .filter((one): one is typeof one & { rank: number } => one.rank !== undefined)
    .sort((a, b) => a.rank - b.rank || a.at - b.at)[0]?.descriptor;
}

/** `linux/arm/v7` */
export function platformName({ os, architecture, variant }: Platform): string {
  return [os, architecture, variant].filter(Boolean).join('/');
}
