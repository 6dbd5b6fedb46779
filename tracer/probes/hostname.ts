import { hostname as hostsName } from 'node:os';
import type { Probe } from '../snapshot.ts';
import { HOSTNAME, ownSettings } from './settings.ts';
import { inHostNamespace } from './target.ts';

/** The name in the process's UTS namespace. */
export const hostname: Probe = async (context) => {
  const same = inHostNamespace(context, 'uts');
  if (same === undefined) return undefined;
  if (same) return { name: hostsName(), of: 'host' };
  const name = (await ownSettings(context))?.[HOSTNAME];
  return name === undefined ? undefined : { name, of: 'container' };
};
