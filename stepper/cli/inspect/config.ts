import { imageOf, type Known } from '../../../core/known.ts';
import { healthConfig } from '../../../core/spec/health.ts';
import type { ContainerConfig } from '../../../core/store/config.ts';

/** Docker's `Config`: what depends on no host. */
export function configOf(config: ContainerConfig, known: Known | undefined) {
  const { spec, exposedPorts, env, cwd, user, hostname, labels } = config;
  const image = imageOf(known ?? {})?.config;
  const volumes = Object.keys(image?.Volumes ?? {});
  return {
    Hostname: hostname,
    Domainname: '',
    User: user,
    AttachStdin: spec.interactive,
    AttachStdout: true,
    AttachStderr: true,
    ...(exposedPorts.length > 0 && {
      ExposedPorts: Object.fromEntries(exposedPorts.map((port) => [port, {}])),
    }),
    Tty: spec.tty,
    OpenStdin: spec.interactive,
    StdinOnce: spec.interactive,
    Env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
    ...commandOf(config, known),
    Image: spec.image,
    Volumes: volumes.length > 0 ? Object.fromEntries(volumes.map((volume) => [volume, {}])) : null,
    WorkingDir: cwd,
    Labels: labels,
    ...(config.healthcheck && { Healthcheck: healthConfig(config.healthcheck) }),
    ...(image?.StopSignal !== undefined && { StopSignal: image.StopSignal }),
  };
}

/** Which words are the entrypoint's: the image's, unless --entrypoint has others. Together they are Path and Args. */
function commandOf({ spec, argv }: ContainerConfig, known: Known | undefined) {
  const own = imageOf(known ?? {})?.config.Entrypoint;
  const typed = spec.entrypoint === undefined ? own : [spec.entrypoint].filter((word) => word !== '');
  const entrypoint = typed ?? [];
  const command = argv.slice(entrypoint.length);
  return {
    Cmd: command.length > 0 ? command : null,
    Entrypoint: entrypoint.length > 0 ? entrypoint : null,
  };
}
