import type { ResolvedImage } from '../image/types.ts';
import { type Known, sharedMounts } from '../known.ts';
import { need } from '../paths.ts';
import { healthcheckOf } from '../spec/health.ts';
import { exposedPortsOf, labelsOf, mountsOf, type Process, processOf } from '../spec/merge.ts';
import { stopSignalOf } from '../spec/signal.ts';
import type { Healthcheck, MountSpec, Spec } from '../spec/types.ts';
import { given } from '../spec/usage.ts';
import { hostnameOf } from './identity-files.ts';

/** What is decided about a container at its creation: config.json. Only `rename` and `update` change it. */
export interface ContainerConfig extends Process {
  id: string;
  name: string;
  /** ISO 8601. */
  created: string;
  image: { name: string; id: string; digest: string };
  hostname: string;
  labels: Readonly<Record<string, string>>;
  mounts: readonly MountSpec[];
  exposedPorts: readonly string[];
  /** How it is seen whether it is well; absent: nobody looks. */
  healthcheck?: Healthcheck;
  /** What asks its command to end: `SIGTERM`, `SIGRTMIN+3`. */
  stopSignal: string;
  spec: Spec;
}

/** config.json's text. */
export function containerConfig(spec: Spec, known: Known, image: ResolvedImage): string {
  const id = need(known, 'id');
  const hostname = hostnameOf(spec, known);
  const config: ContainerConfig = {
    id,
    name: need(known, 'name'),
    created: need(known, 'created'),
    image: { name: image.name, id: image.id, digest: image.digest },
    hostname,
    ...processOf(spec, image.config, { hostname }),
    labels: labelsOf(spec, image.config),
    mounts: mountsOf(spec, image.config, sharedMounts(spec, known)),
    exposedPorts: exposedPortsOf(spec, image.config),
    ...given('healthcheck', healthcheckOf(spec, image.config)),
    stopSignal: stopSignalOf(spec.stopSignal, image.config.StopSignal),
    spec,
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}
