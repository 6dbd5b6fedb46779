import { imageOf, type Known } from '../../../core/known.ts';
import { healthConfig } from '../../../core/spec/health.ts';
import type { ContainerConfig } from '../../../core/store/config.ts';
import { goList, goMap, omitted, omittedText } from '../template/go-values.ts';

/** Docker's `Config`: what depends on no host. */
export function configOf(config: ContainerConfig, known: Known | undefined) {
  const { spec, exposedPorts, env, cwd, user, hostname, labels } = config;
  const image = imageOf(known ?? {})?.config;
  // Anonymous ones, from -v and from the image.
  const anonymous = config.mounts.filter((mount) => mount.type === 'volume' && mount.source === undefined);
  const volumes = [
    ...new Set([...Object.keys(image?.Volumes ?? {}), ...anonymous.map(({ target }) => target)]),
  ];
  const { command, entrypoint } = commandOf(config, known);
  return {
    Hostname: hostname,
    Domainname: '',
    User: user,
    AttachStdin: spec.interactive,
    AttachStdout: true,
    AttachStderr: true,
    ExposedPorts:
      exposedPorts.length > 0 ? goMap(Object.fromEntries(exposedPorts.map((port) => [port, {}]))) : omitted,
    Tty: spec.tty,
    OpenStdin: spec.interactive,
    StdinOnce: spec.interactive,
    Env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
    Cmd: command,
    Healthcheck: config.healthcheck ? healthConfig(config.healthcheck) : omitted,
    Image: spec.image,
    Volumes: goMap(volumes.length > 0 ? Object.fromEntries(volumes.map((volume) => [volume, {}])) : null),
    WorkingDir: cwd,
    Entrypoint: entrypoint,
    OnBuild: goList(null),
    Labels: goMap(labels),
    StopSignal: spec.stopSignal ?? image?.StopSignal ?? omittedText,
    StopTimeout: spec.stopTimeout ?? omitted,
  };
}

/** Which words are the entrypoint's: the image's, unless --entrypoint has others. Together they are Path and Args. */
function commandOf({ spec, argv }: ContainerConfig, known: Known | undefined) {
  const own = imageOf(known ?? {})?.config.Entrypoint;
  const typed = spec.entrypoint === undefined ? own : [spec.entrypoint].filter((word) => word !== '');
  const entrypoint = typed ?? [];
  const command = argv.slice(entrypoint.length);
  return {
    command: goList(command.length > 0 ? command : null),
    entrypoint: goList(entrypoint.length > 0 ? entrypoint : null),
  };
}
