import type { Stage } from './stage.ts';
import { cgroups } from './stages/cgroups.ts';
import { env } from './stages/env.ts';
import { exec } from './stages/exec.ts';
import { image } from './stages/image.ts';
import { joinCgroups, joinNamespaces } from './stages/join.ts';
import { metadata } from './stages/metadata.ts';
import { namespaces } from './stages/namespaces.ts';
import { network } from './stages/network.ts';
import { overlay, overlayDirectories, overlayMount } from './stages/overlay.ts';
import { volumeDirectories, volumeMounts, volumes } from './stages/volumes/index.ts';

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
/** The part of it that `create` does: files, which stay until the container is removed. */
export const creation: readonly Stage[] = [image, metadata, overlayDirectories, volumeDirectories];

/** The part of it that `start` does, each time anew: it ends with the process. */
export const starting: readonly Stage[] = [
  overlayMount,
  namespaces,
  network,
  volumeMounts,
  cgroups,
  env,
  exec,
];
