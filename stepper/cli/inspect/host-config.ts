import { memoryAndSwap } from '../../../core/cgroup/units.ts';
import type { Known } from '../../../core/known.ts';
import type { NamespaceMode, NetworkMode, PortMapping, Resources } from '../../../core/spec/types.ts';
import type { ContainerConfig } from '../../../core/store/config.ts';
import { bindsOf, tmpfsOf } from './mounts.ts';

/** Docker's `HostConfig`: what depends on the host, as it was asked for. */
export function hostConfigOf(config: ContainerConfig, known: Known | undefined) {
  const { spec } = config;
  const paths = known?.host.kernelPaths;
  return {
    Binds: bindsOf(config),
    NetworkMode: modeText(spec.network),
    PortBindings: portBindings(spec.publish),
    RestartPolicy: { Name: 'no', MaximumRetryCount: 0 },
    AutoRemove: spec.rm,
    CapAdd: spec.capAdd,
    CapDrop: spec.capDrop,
    CgroupnsMode: 'private',
    CgroupParent: '/tsstep',
    Dns: spec.dns,
    ExtraHosts: spec.addHosts.map(([host, ip]) => `${host}:${ip}`),
    GroupAdd: spec.groupAdd,
    IpcMode: modeText(spec.ipc),
    // Docker writes a private one of these three as an empty string.
    PidMode: spec.pid === 'private' ? '' : modeText(spec.pid),
    UTSMode: spec.uts === 'private' ? '' : spec.uts,
    UsernsMode: '',
    Privileged: false,
    ReadonlyRootfs: spec.readOnly,
    SecurityOpt: spec.noNewPrivileges ? ['no-new-privileges'] : null,
    ShmSize: spec.shmSize,
    Tmpfs: tmpfsOf(config),
    Ulimits: spec.ulimits.map(({ resource, soft, hard }) => ({ Name: resource, Soft: soft, Hard: hard })),
    ...limits(spec.resources),
    MaskedPaths: paths ? [...paths.maskedFiles, ...paths.maskedDirectories] : null,
    ReadonlyPaths: paths?.readOnly ?? null,
  };
}

/** 0 is docker's "no limit". */
function limits(resources: Resources) {
  const { memory = 0, memorySwap = 0, cpus = 0, cpuShares = 0, cpusetCpus = '', pidsLimit } = resources;
  return {
    Memory: memory,
    MemorySwap: memorySwap === -1 ? -1 : (memoryAndSwap(resources) ?? 0),
    NanoCpus: Math.round(cpus * 1e9),
    CpuShares: cpuShares,
    CpusetCpus: cpusetCpus,
    CpusetMems: '',
    PidsLimit: pidsLimit ?? null,
  };
}

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
