/** `tsstep ps`: containers in docker's columns and words. */
import { isAlive } from '../../core/kernel/proc.ts';
import { endpointsOf } from '../../core/network/endpoint.ts';
import type { Container, ContainerState } from '../../core/store/containers.ts';
import { listContainers } from '../../core/store/containers.ts';
import { goTime, since } from './format/duration.ts';
import { portsText } from './format/ports.ts';
import { table } from './format/table.ts';
import { render } from './format/template.ts';
import { commandLine, shortId } from './format/text.ts';
import { openState } from './state.ts';

interface Flags {
  all?: boolean;
  quiet?: boolean;
  /** false: --no-trunc. */
  trunc?: boolean;
  format?: string;
}

export function ps({ all = false, quiet = false, trunc = true, format }: Flags): number {
  const { root } = openState('ps');
  const found = listContainers(root);
  const shown = found.filter(({ state }) => all || state.status === 'running');
  const now = Date.now();
  const rows = shown.map((container) => rowOf(container, trunc, now));
  if (quiet) process.stdout.write(rows.map(({ ID }) => `${ID}\n`).join(''));
  else if (format === 'json') process.stdout.write(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  else if (format !== undefined) process.stdout.write(rows.map((row) => `${render(format, row)}\n`).join(''));
  else process.stdout.write(asTable(rows));
  const dead = found.filter(({ state }) => state.status === 'dead');
  if (dead.length > 0) hint(dead);
  return 0;
}

/** The keys of `docker ps --format json`. */
interface Row {
  Command: string;
  CreatedAt: string;
  ID: string;
  Image: string;
  Labels: string;
  Mounts: string;
  Names: string;
  Networks: string;
  Ports: string;
  RunningFor: string;
  State: string;
  Status: string;
}

function rowOf({ config, state }: Container, truncate: boolean, now: number): Row {
  const { id, name, image, argv, created, labels, mounts, spec } = config;
  return {
    Command: commandLine(argv, truncate),
    CreatedAt: goTime(created),
    ID: truncate ? shortId(id) : id,
    Image: spec.image || image.name,
    Labels: Object.entries(labels)
      .map(([label, value]) => `${label}=${value}`)
      .join(','),
    Mounts: mounts.flatMap((mount) => ('source' in mount && mount.source ? [mount.source] : [])).join(','),
    Names: name,
    Networks: networksText({ config, state }),
    Ports: ports({ config, state }),
    RunningFor: `${since(created, now)} ago`,
    State: state.status === 'creating' ? 'created' : state.status,
    Status: statusText(state, now),
  };
}

/** All that it is in. */
function networksText({ config: { spec }, state }: Container): string {
  const there = Object.keys(state.networks ?? {});
  if (there.length > 0) return there.sort().join(',');
  const { network } = spec;
  const asked = endpointsOf(spec).map((endpoint) => endpoint.network);
  if (asked.length > 0) return asked.join(',');
  if (typeof network === 'string') return network;
  return 'container' in network ? `container:${network.container}` : network.network;
}

/** Docker's State.String(). */
export function statusText({ status, startedAt, finishedAt, exitCode }: ContainerState, now: number): string {
  if (status === 'running') return `Up ${since(startedAt ?? new Date(now).toISOString(), now)}`;
  if (status === 'exited') return `Exited (${exitCode ?? 0}) ${since(finishedAt ?? '', now)} ago`;
  return status === 'dead' ? 'Dead' : 'Created';
}

/** Docker shows ports, also those that are only exposed, while the container runs and has a network of its own. */
function ports({ config, state }: Container): string {
  if (state.status !== 'running' || endpointsOf(config.spec).length === 0) return '';
  const published = Object.entries(state.ports ?? {}).map(([key, hostPort]) => {
    // `0.0.0.0:80/tcp`, and `…#2` where it is published once more.
    const [ip = '', port = '', protocol = ''] = key.replace(/#\d+$/, '').split(/[:/]/);
    return { ip, hostPort, port: Number(port), protocol };
  });
  const exposed = config.exposedPorts.flatMap((text) => {
    const [port = '', protocol = ''] = text.split('/');
    const isPublished = published.some((one) => one.port === Number(port) && one.protocol === protocol);
    return isPublished ? [] : [{ port: Number(port), protocol }];
  });
  return portsText([...published, ...exposed]);
}

const headings = ['CONTAINER ID', 'IMAGE', 'COMMAND', 'CREATED', 'STATUS', 'PORTS', 'NAMES'];

function asTable(rows: readonly Row[]): string {
  return table(
    headings,
    rows.map((row) => [row.ID, row.Image, row.Command, row.RunningFor, row.Status, row.Ports, row.Names]),
  );
}

function hint(dead: readonly Container[]): void {
  const names = (some: readonly Container[]) => some.map(({ config }) => config.name).join(', ');
  const are =
    dead.length === 1 ? 'is dead: the tsstep that ran it was' : 'are dead: the tsstep that ran each was';
  const orphans = dead.filter(({ state }) => state.process && isAlive(state.process));
  const still = orphans.length > 0 ? `Processes of ${names(orphans)} still run. ` : '';
  process.stderr.write(
    `tsstep: ${names(dead)} ${are} killed. ${still}\`tsstep clean\` takes back what is left\n`,
  );
}
