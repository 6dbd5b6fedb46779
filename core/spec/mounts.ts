import type { RunFlags } from './flags.ts';
import { parseMount } from './mount.ts';
import { describeMount } from './target.ts';
import { parseTmpfs } from './tmpfs.ts';
import type { MountSpec } from './types.ts';
import { usageError } from './usage.ts';
import { parseVolume } from './volume.ts';

/**
 * All mounts that the flags ask for, one a target. Docker's rules for two on one: an anonymous `--volume /data` gives way, as
 * an image's VOLUME does; the later `--tmpfs` counts; anything else is a mistake.
 */
export function parseMounts(flags: RunFlags, directory: string): MountSpec[] {
  const found = new Map<string, { flag: string; text: string; mount: MountSpec }>();
  const claims = [
    ...[...new Set(flags.volume)].map((text) => ({
      flag: '--volume',
      text,
      mount: parseVolume(text, directory),
    })),
    ...(flags.mount ?? []).map((text) => ({ flag: '--mount', text, mount: parseMount(text, directory) })),
    ...(flags.tmpfs ?? []).map((text) => ({ flag: '--tmpfs', text, mount: parseTmpfs(text) })),
  ];
  for (const claim of claims) {
    const { target } = claim.mount;
    const other = found.get(target);
    if (!other || givesWay(other) || (other.flag === '--tmpfs' && claim.flag === '--tmpfs'))
      found.set(target, claim);
    else if (!givesWay(claim)) {
      const why = `Duplicate mount point: ${target}, where ${other.flag} already puts ${describeMount(other.mount)}`;
      throw usageError(claim.flag, claim.text, why, 'mount one of them somewhere else');
    }
  }
  return [...found.values()].map(({ mount }) => mount);
}

function givesWay({ flag, mount }: { flag: string; mount: MountSpec }): boolean {
  return flag === '--volume' && mount.type === 'volume' && mount.source === undefined;
}
