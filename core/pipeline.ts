import type { Stage } from './stage.ts';
import { cgroups } from './stages/cgroups.ts';
import { env } from './stages/env.ts';
import { exec } from './stages/exec.ts';
import { image } from './stages/image.ts';
import { joinCgroups, joinNamespaces } from './stages/join.ts';
import { metadata } from './stages/metadata.ts';
import { namespaces } from './stages/namespaces.ts';
import { network } from './stages/network.ts';
import { overlay } from './stages/overlay.ts';
import { volumes } from './stages/volumes/index.ts';

/** How a container comes into being, in order (docker does the same). */
export const pipeline: readonly Stage[] = [
  image,
  metadata,
  overlay,
  namespaces,
  network,
  volumes,
  cgroups,
  env,
  exec,
];

/** How one more process comes into a container that runs. */
export const execPipeline: readonly Stage[] = [joinNamespaces, joinCgroups, env, exec];
