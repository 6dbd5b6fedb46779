import { imageOf, type Known } from '../../../core/known.ts';
import { healthConfig } from '../../../core/spec/health.ts';
import type { ContainerConfig } from '../../../core/store/config.ts';
import { goList, goMap, omitted, omittedText } from '../template/go-values.ts';

/** Docker's `Config`: what depends on no host. */
export function configOf(config: ContainerConfig, known: Known | undefined) {
  const { spec, exposedPorts, cwd, user, hostname, labels } = config;
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
    ExposedPorts: goMap(
      exposedPorts.length > 0 ? Object.fromEntries(exposedPorts.map((port) => [port, {}])) : undefined,
    ),
    Tty: spec.tty,
    OpenStdin: spec.interactive,
    StdinOnce: spec.interactive,
    Env: goList(environmentOf(config, image?.Env)),
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

/** What was typed, then the image's: without what every container gets at its start, like HOSTNAME. Null: none. */
function environmentOf({ spec, env }: ContainerConfig, image: readonly string[] = []): string[] | null {
  const names = [...spec.env.map(([name]) => name), ...image.map((entry) => entry.split('=', 1)[0] ?? '')];
  const there = [...new Set(names)].filter((name) => Object.hasOwn(env, name));
  return there.length > 0 ? there.map((name) => `${name}=${env[name]}`) : null;
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
