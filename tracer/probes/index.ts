import type { Probe, ProbeName } from '../snapshot.ts';
import { cgroup } from './cgroup.ts';
import { dev } from './dev.ts';
import { environ } from './environ.ts';
import { fds } from './fds.ts';
import { files } from './files.ts';
import { hostname } from './hostname.ts';
import { identity } from './identity.ts';
import { init } from './init.ts';
import { limits } from './limits.ts';
import { containerLinks, hostLinks } from './links.ts';
import { containerMounts, hostMounts } from './mounts.ts';
import { namespaces } from './namespaces.ts';
import { nft } from './nft.ts';
import { overlay } from './overlay.ts';
import { process } from './process.ts';
import { containerRoutes, hostRoutes } from './routes.ts';
import { sockets } from './sockets.ts';
import { containerSysctl, hostSysctl } from './sysctl.ts';

/** How each section of a snapshot is read: from the host, through files and tools, never by running code in init. */
export const probes: Readonly<Record<ProbeName, Probe>> = {
  'host.mounts': hostMounts,
  'host.links': hostLinks,
  'host.routes': hostRoutes,
  'host.nft': nft,
  'host.sysctl': hostSysctl,
  'host.cgroup': cgroup,
  'host.overlay': overlay,
  'host.files': files,
  'host.sockets': sockets,
  'host.init': init,
  'container.namespaces': namespaces,
  'container.mounts': containerMounts,
  'container.process': process,
  'container.identity': identity,
  'container.limits': limits,
  'container.environ': environ,
  'container.fds': fds,
  'container.hostname': hostname,
  'container.dev': dev,
  'container.links': containerLinks,
  'container.routes': containerRoutes,
  'container.sysctl': containerSysctl,
};
