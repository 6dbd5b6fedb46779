/** What the image says and what the flags say, put together by docker's rules. */
import { TsstepError } from '../errors.ts';
import type { ImageConfig } from '../image/types.ts';
import { cleanPath } from './target.ts';
import type { MountSpec, Spec } from './types.ts';

/** The container's process, in the terms of the OCI runtime specification's `process`. */
export interface Process {
  argv: readonly string[];
  /** Without HOME, which comes from the image's passwd unless it is here already. */
  env: Readonly<Record<string, string>>;
  cwd: string;
  /** As --user writes it; empty: root. */
  user: string;
}

export const defaultPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** `hostname`: what the container's UTS namespace says, docker sets HOSTNAME to it. Error: nothing to execute. */
export function processOf(spec: Spec, image: ImageConfig, { hostname }: { hostname: string }): Process {
  return {
    argv: argvOf(spec, image),
    env: envOf(spec, image, hostname),
    cwd: spec.workdir ?? (image.WorkingDir ? cleanPath(`/${image.WorkingDir}`) : '/'),
    user: spec.user ?? image.User ?? '',
  };
}

/** --entrypoint takes the image's Cmd away as well: it was written for the image's own entrypoint. */
function argvOf(spec: Spec, image: ImageConfig): string[] {
  const own = spec.entrypoint === undefined;
  const entrypoint = own ? (image.Entrypoint ?? []) : [spec.entrypoint ?? ''].filter((word) => word !== '');
  const command = spec.command.length > 0 || !own ? spec.command : (image.Cmd ?? []);
  const argv = [...entrypoint, ...command];
  if (argv.length > 0) return argv;
  throw new TsstepError({
    code: 'usage',
    what: `no command specified for ${spec.image}`,
    why: own
      ? 'the image has neither Entrypoint nor Cmd'
      : 'an empty --entrypoint takes the image’s Entrypoint and Cmd away',
    remedy: `write the command behind the image: tsstep run ${spec.image} sh`,
  });
}

/** Docker's order: its own defaults, what was typed, then what the image adds. A name keeps its first place, its last value. */
function envOf(spec: Spec, image: ImageConfig, hostname: string): Record<string, string> {
  const env = new Map([
    ['PATH', defaultPath],
    ['HOSTNAME', hostname],
  ]);
  if (spec.tty) env.set('TERM', 'xterm');
  for (const [name, value] of spec.env) env.set(name, value);
  const typed = new Set(spec.env.map(([name]) => name));
  for (const entry of image.Env ?? []) {
    const equals = entry.indexOf('=');
    const name = equals < 0 ? entry : entry.slice(0, equals);
    if (name !== '' && !typed.has(name)) env.set(name, equals < 0 ? '' : entry.slice(equals + 1));
  }
  for (const name of spec.unsetEnv ?? []) env.delete(name);
  return Object.fromEntries(env);
}

export function labelsOf(spec: Spec, image: ImageConfig): Readonly<Record<string, string>> {
  return { ...image.Labels, ...spec.labels };
}

/**
 * The flags' mounts and an anonymous volume for each VOLUME of the image that no flag covers; what lies inside another comes
 * later. `from`: those of --volumes-from, which cover anonymous volumes and give way to all others; of two, the last one counts.
 */
export function mountsOf(spec: Spec, image: ImageConfig, from: readonly MountSpec[] = []): MountSpec[] {
  const named = spec.mounts.filter((mount) => !isAnonymous(mount)).map(({ target }) => target);
  const shared = new Map(
    from.filter(({ target }) => !named.includes(target)).map((mount) => [mount.target, mount]),
  );
  const mounts = [
    ...spec.mounts.filter((mount) => !(isAnonymous(mount) && shared.has(mount.target))),
    ...shared.values(),
  ];
  for (const volume of Object.keys(image.Volumes ?? {})) {
    const target = cleanPath(`/${volume}`);
    if (target === '/' || mounts.some((mount) => mount.target === target)) continue;
    mounts.push({ type: 'volume', target, readOnly: false, noCopy: false });
  }
  return mounts.sort((a, b) => depth(a.target) - depth(b.target));
}

const isAnonymous = (mount: MountSpec): boolean => mount.type === 'volume' && mount.source === undefined;

const depth = (path: string) => path.split('/').length;

/** `80/tcp`, by number: the image's EXPOSE and every published port. */
export function exposedPortsOf(spec: Spec, image: ImageConfig): string[] {
  const exposed = Object.keys(image.ExposedPorts ?? {}).map((port) =>
    port.includes('/') ? port : `${port}/tcp`,
  );
  const published = spec.publish.map(({ containerPort, protocol }) => `${containerPort}/${protocol}`);
  return [...new Set([...exposed, ...published])].sort(
    (a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10) || (a < b ? -1 : 1),
  );
}
