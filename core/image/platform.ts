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

/**
 * How well a platform fits this machine, 0 best; undefined: it cannot run here. Newer arm variants come first, because
 * every core runs the older ones' code; a missing platform may be anything and comes last.
 */
export function platformRank(
  platform: Platform | null | undefined,
  arch: string = process.arch,
): number | undefined {
  if (!platform) return 100;
  if (platform.os !== 'linux' || platform.architecture !== localArchitecture(arch)) return undefined;
  if (arch === 'arm64') return !platform.variant || platform.variant === 'v8' ? 0 : undefined;
  if (arch === 'arm') {
    const order = ['v7', 'v6', 'v5'].indexOf(platform.variant ?? 'v7');
    return order < 0 ? undefined : order;
  }
  // amd64/v2 and later need instructions that this processor may not have.
  return !platform.variant || platform.variant === 'v1' ? 0 : 50;
}

/** The manifest of an index that fits this machine best. */
export function pickPlatform(
  manifests: readonly Descriptor[],
  arch: string = process.arch,
): Descriptor | undefined {
  return manifests
    .map((descriptor, at) => ({ descriptor, at, rank: platformRank(descriptor.platform, arch) }))
    .filter((one): one is typeof one & { rank: number } => one.rank !== undefined)
    .sort((a, b) => a.rank - b.rank || a.at - b.at)[0]?.descriptor;
}

/** `linux/arm/v7` */
export function platformName({ os, architecture, variant }: Platform): string {
  return [os, architecture, variant].filter(Boolean).join('/');
}
