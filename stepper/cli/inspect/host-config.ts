import { memoryAndSwap } from '../../../core/cgroup/units.ts';
import type { Known } from '../../../core/known.ts';
import type { NamespaceMode, NetworkMode, PortMapping, Resources, Spec } from '../../../core/spec/types.ts';
import type { ContainerConfig } from '../../../core/store/config.ts';
import { goList, goMap, nil, omitted } from '../template/go-values.ts';
import { bindsOf, tmpfsOf } from './mounts.ts';

/** Docker's `HostConfig`: what depends on the host, as it was asked for. */
export function hostConfigOf(config: ContainerConfig, known: Known | undefined) {
  const { spec } = config;
  const paths = known?.host.kernelPaths;
  const none = { Name: 'no', MaximumRetryCount: 0 };
  const { name, retries } = spec.restart ?? {};
  return {
    Binds: bindsOf(config),
    ContainerIDFile: '',
    LogConfig: loggingOf(spec),
    // What docker calls the network that nobody has chosen.
    NetworkMode: spec.network === 'bridge' ? 'default' : modeText(spec.network),
    PortBindings: goMap(portBindings(spec.publish)),
    RestartPolicy: name === undefined ? none : { Name: name, MaximumRetryCount: retries ?? 0 },
    AutoRemove: spec.rm,
    VolumeDriver: '',
    VolumesFrom: goList(null),
    CapAdd: listOrNil(spec.capAdd),
    CapDrop: listOrNil(spec.capDrop),
    CgroupnsMode: 'private',
    Dns: spec.dns,
    DnsOptions: [],
    DnsSearch: [],
    ExtraHosts: listOrNil(spec.addHosts.map(([host, ip]) => `${host}:${ip}`)),
    GroupAdd: listOrNil(spec.groupAdd),
    IpcMode: modeText(spec.ipc),
    Cgroup: '',
    Links: goList(null),
    OomScoreAdj: 0,
    // Docker writes a private one of these three as an empty string.
    PidMode: spec.pid === 'private' ? '' : modeText(spec.pid),
    Privileged: false,
    PublishAllPorts: false,
    ReadonlyRootfs: spec.readOnly,
    SecurityOpt: listOrNil(spec.noNewPrivileges ? ['no-new-privileges'] : []),
    Tmpfs: tmpfsOf(config),
    UTSMode: spec.uts === 'private' ? '' : spec.uts,
    UsernsMode: '',
    ShmSize: spec.shmSize,
    Runtime: 'tsstep',
    ConsoleSize: [0, 0],
    Isolation: '',
    ...limits(spec.resources),
    Ulimits: listOrNil(
      spec.ulimits.map(({ resource, soft, hard }) => ({ Name: resource, Hard: hard, Soft: soft })),
    ),
    ...windows,
    MaskedPaths: listOrNil(paths ? [...paths.maskedFiles, ...paths.maskedDirectories] : []),
    ReadonlyPaths: listOrNil(paths?.readOnly ?? []),
    Init: spec.init === true ? true : omitted,
  };
}

const listOrNil = <T>(items: readonly T[]): T[] => goList(items.length > 0 ? items : null);

/** Docker's driver that keeps a format of its own; its options are those of --log-opt. */
function loggingOf({ logging }: Spec) {
  const options: Record<string, string> = {};
  if (logging?.maxSize !== undefined) options['max-size'] = String(logging.maxSize);
  if (logging) options['max-file'] = String(logging.maxFile);
  return { Type: 'local', Config: goMap(options) };
}

/** What docker has for containers of Windows. */
const windows = { CpuCount: 0, CpuPercent: 0, IOMaximumIOps: 0, IOMaximumBandwidth: 0 };

/** 0 is docker's "no limit". Those that tsstep has no flag for are never limited. */
function limits(resources: Resources) {
  const { memory = 0, memorySwap = 0, cpus = 0, cpuShares = 0, cpusetCpus = '', pidsLimit } = resources;
  return {
    CpuShares: cpuShares,
    Memory: memory,
    NanoCpus: Math.round(cpus * 1e9),
    CgroupParent: '',
    ...blockDevices,
    CpuPeriod: 0,
    CpuQuota: 0,
    CpuRealtimePeriod: 0,
    CpuRealtimeRuntime: 0,
    CpusetCpus: cpusetCpus,
    CpusetMems: '',
    Devices: [],
    DeviceCgroupRules: goList(null),
    DeviceRequests: goList(null),
    KernelMemory: 0,
    KernelMemoryTCP: 0,
    MemoryReservation: 0,
    MemorySwap: memorySwap === -1 ? -1 : (memoryAndSwap(resources) ?? 0),
    MemorySwappiness: nil,
    OomKillDisable: false,
    PidsLimit: pidsLimit ?? nil,
  };
}

const blockDevices = {
  BlkioWeight: 0,
  BlkioWeightDevice: [],
  BlkioDeviceReadBps: goList(null),
  BlkioDeviceWriteBps: goList(null),
  BlkioDeviceReadIOps: goList(null),
  BlkioDeviceWriteIOps: goList(null),
};

function modeText(mode: NamespaceMode | NetworkMode): string {
  if (typeof mode === 'string') return mode;
  return 'network' in mode ? mode.network : `container:${mode.container}`;
}

interface Binding {
  HostIp: string;
  HostPort: string;
}

function portBindings(publish: readonly PortMapping[]): Record<string, Binding[]> {
  const bindings: Record<string, Binding[]> = {};
  for (const { ip, hostPort, containerPort, protocol } of publish) {
    const key = `${containerPort}/${protocol}`;
    bindings[key] = [
      ...(bindings[key] ?? []),
      { HostIp: ip === '0.0.0.0' ? '' : ip, HostPort: hostPort === 0 ? '' : String(hostPort) },
    ];
  }
  return bindings;
}
