import type { Command } from 'commander';
import { addWatchFlags, type WatchFlags } from '../stepping-flags.ts';

export interface PullFlags extends WatchFlags {
  quiet?: boolean;
  platform?: string;
  insecureRegistry?: readonly string[];
}

/** Flags and argument of `tsstep pull` and `tsstep image pull`. */
export function addPullFlags(command: Command): Command {
  const several = (value: string, before: readonly string[] = []) => [...before, value];
  const declared = command
    .argument('<name[:tag|@digest]>', 'image to get; the tag is `latest` unless told')
    .option('-q, --quiet', 'print the name only')
    .option('--platform <os/arch>', 'take the image for this platform, like linux/arm64')
    .option(
      '--insecure-registry <host:port>',
      'accept plain HTTP and unknown certificates from this host or network (repeatable)',
      several,
    );
  return addWatchFlags(declared);
}
