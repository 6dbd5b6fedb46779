import { healthConfig } from '../../spec/health.ts';
import type { ContainerConfig } from '../../store/config.ts';
import { applyChanges } from '../changes.ts';
import type { ImageConfig } from '../types.ts';

/**
 * The configuration of an image that a container becomes, as `docker commit` makes it: what the container was run with, then
 * the changes. What a run adds by itself (HOSTNAME, TERM) stays out. @throws TsstepError usage
 */
export function committedConfig(
  { spec, argv, labels, exposedPorts, user, healthcheck }: ContainerConfig,
  image: ImageConfig,
  changes: readonly string[],
): ImageConfig {
  const entrypoint =
    spec.entrypoint === undefined ? image.Entrypoint : [spec.entrypoint].filter((word) => word !== '');
  const command = argv.slice(entrypoint?.length ?? 0);
  const volumes = { ...image.Volumes, ...anonymousVolumes(spec.mounts) };
  const workdir = spec.workdir ?? image.WorkingDir;
  const config: ImageConfig = {
    ...(user !== '' && { User: user }),
    ...set('ExposedPorts', Object.fromEntries(exposedPorts.map((port) => [port, {}]))),
    Env: environment(spec, image),
    ...(entrypoint && entrypoint.length > 0 && { Entrypoint: entrypoint }),
    // A new entrypoint takes the old command away: it was written for the old one.
    ...(command.length > 0 && !changes.some(isEntrypoint) && { Cmd: command }),
    ...set('Volumes', volumes),
    ...(workdir !== undefined && { WorkingDir: workdir }),
    ...set('Labels', labels),
    ...(image.StopSignal !== undefined && { StopSignal: image.StopSignal }),
    ...(healthcheck && { Healthcheck: healthConfig(healthcheck) }),
  };
  return applyChanges(config, changes);
}

const isEntrypoint = (change: string): boolean => /^\s*ENTRYPOINT\s/i.test(change);

const set = (key: string, content: object): object =>
  Object.keys(content).length > 0 ? { [key]: content } : {};

/** What was typed, then what the image adds. */
function environment({ env, unsetEnv = [] }: ContainerConfig['spec'], image: ImageConfig): string[] {
  const typed = new Map(env);
  const nameOf = (entry: string) => entry.split('=', 1)[0] ?? '';
  const inherited = (image.Env ?? []).filter(
    (entry) => !typed.has(nameOf(entry)) && !unsetEnv.includes(nameOf(entry)),
  );
  return [...[...typed].map(([name, value]) => `${name}=${value}`), ...inherited];
}

function anonymousVolumes(mounts: ContainerConfig['spec']['mounts']): Record<string, object> {
  const anonymous = mounts.filter((mount) => mount.type === 'volume' && mount.source === undefined);
  return Object.fromEntries(anonymous.map(({ target }) => [target, {}]));
}
