/** Docker's flags, from what was typed to a `Spec`. Nothing here touches the machine, apart from reading --env-file's kind. */
import { availableParallelism } from 'node:os';
import { parseCapabilities } from './capability.ts';
import { checkConflicts } from './conflicts.ts';
import { parseEndpoint } from './endpoint.ts';
import { parseEnv } from './env.ts';
import type { RunFlags } from './flags.ts';
import { parseHealthcheck } from './health.ts';
import { parseAddHost, parseDns } from './hosts.ts';
import { parseLabels } from './label.ts';
import { parseMounts } from './mounts.ts';
import { parseHostname, parseName } from './name.ts';
import { parseIpc, parseNetwork, parsePid, parseUts } from './namespace-mode.ts';
import { parsePorts } from './port.ts';
import { parsePull } from './pull.ts';
import { parseResources } from './resources.ts';
import { parseEnding } from './restart.ts';
import { parseSecurityOpts } from './security-opt.ts';
import { parseSize } from './size.ts';
import type { Spec } from './types.ts';
import { parseUlimits } from './ulimit.ts';
import { given, unsupported } from './usage.ts';
import { parseGroupAdd, parseUserString } from './user-string.ts';
import { parseVolumesFrom } from './volumes-from.ts';
import { parseWorkdir } from './workdir.ts';

/** Where the flags were typed. */
export interface Surroundings {
  /** CPUs of the host. */
  cpus: number;
  /** What `./` is relative to. */
  directory: string;
}

/** Throws a `usage` error for the first flag that cannot be used. `environment`: what `--env NAME` takes its value from. */
export function parseSpec(
  flags: RunFlags,
  image: string,
  command: readonly string[],
  environment: NodeJS.ProcessEnv,
  { cpus, directory }: Surroundings = { cpus: availableParallelism(), directory: process.cwd() },
): Spec {
  refuseUnsupported(flags);
  const network = parseNetwork([...(flags.network ?? []), ...(flags.net ?? [])]);
  const publish = parsePorts(flags.publish ?? []);
  const { env, unset } = parseEnv(flags, environment);
  const spec: Spec = {
    image,
    ...parsePull(flags),
    command: [...command],
    ...given('entrypoint', flags.entrypoint),
    ...given('name', flags.name ? parseName(flags.name) : undefined),
    ...given('hostname', flags.hostname ? parseHostname(flags.hostname) : undefined),
    tty: flags.tty ?? false,
    interactive: flags.interactive ?? false,
    rm: flags.rm ?? false,
    readOnly: flags.readOnly ?? false,
    network,
    ...parseEndpoint(network, flags.ip, flags.networkAlias),
    pid: parsePid(flags.pid),
    ipc: parseIpc(flags.ipc),
    uts: parseUts(flags.uts),
    // Docker discards them, too: there is nothing to forward from or to. `warningsOf` says so.
    publish: network === 'host' || network === 'none' ? [] : publish,
    mounts: parseMounts(flags, directory),
    ...given('volumesFrom', flags.volumesFrom?.map(parseVolumesFrom)),
    shmSize: (flags.shmSize === undefined ? 0 : parseSize('--shm-size', flags.shmSize)) || 64 * 1024 ** 2,
    resources: parseResources(flags, cpus),
    env,
    ...given('unsetEnv', unset.length > 0 ? unset : undefined),
    ...given('workdir', flags.workdir ? parseWorkdir(flags.workdir) : undefined),
    ...given('user', flags.user ? parseUserString(flags.user) : undefined),
    groupAdd: parseGroupAdd(flags.groupAdd ?? []),
    labels: parseLabels(flags),
    ulimits: parseUlimits(flags.ulimit ?? []),
    capAdd: parseCapabilities('--cap-add', flags.capAdd ?? []),
    capDrop: parseCapabilities('--cap-drop', flags.capDrop ?? []),
    ...parseSecurityOpts(flags.securityOpt ?? []),
    addHosts: (flags.addHost ?? []).map(parseAddHost),
    dns: (flags.dns ?? []).map(parseDns),
    ...parseEnding(flags),
    ...parseHealthcheck(flags),
  };
  checkConflicts(spec);
  return spec;
}

function refuseUnsupported(flags: RunFlags): void {
  if (flags.privileged) {
    const remedy = 'grant what the command needs by name: --cap-add SYS_ADMIN, or --cap-add ALL';
    throw unsupported('--privileged', 'privileged containers are not supported yet', remedy);
  }
}
