import { parsePlatform, platformName } from '../image/platform.ts';
import type { RunFlags } from './flags.ts';
import type { Spec } from './types.ts';
import { given, usageError } from './usage.ts';

/** `--pull`, `--platform` and `--insecure-registry`. @throws TsstepError usage */
export function parsePull({
  pull = 'missing',
  platform,
  insecureRegistry,
}: Pick<RunFlags, 'pull' | 'platform' | 'insecureRegistry'>): Pick<
  Spec,
  'pull' | 'platform' | 'insecureRegistries'
> {
  if (pull !== 'always' && pull !== 'missing' && pull !== 'never')
    throw usageError('--pull', pull, 'there is no such way', 'use always, missing or never');
  return {
    ...(pull === 'missing' ? {} : { pull }),
    ...given('platform', platform ? platformNamed(platform) : undefined),
    ...given('insecureRegistries', insecureRegistry),
  };
}

function platformNamed(text: string): string {
  const platform = parsePlatform(text);
  if (platform) return platformName(platform);
  throw usageError(
    '--platform',
    text,
    'it is not linux/ARCHITECTURE or linux/ARCHITECTURE/VARIANT in the words of image indexes',
    'write it like linux/amd64, linux/arm64 or linux/arm/v7',
  );
}
