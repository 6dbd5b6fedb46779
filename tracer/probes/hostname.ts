import { hostname as hostsName } from 'node:os';
import type { Probe } from '../snapshot.ts';
import { run } from './run.ts';
import { inHostNamespace, target } from './target.ts';

/**
 * The name in the process's UTS namespace. No file shows another process's (/proc/sys/kernel/hostname is the reader's), so
 * uname(1) is run inside it.
 */
export const hostname: Probe = async (context) => {
  const same = inHostNamespace(context, 'uts');
  const directory = target(context);
  if (same === undefined || !directory) return undefined;
  if (same) return { name: hostsName(), of: 'host' };
  const done = await run(['nsenter', '-t', directory.slice('/proc/'.length), '-u', 'uname', '-n']);
  return done?.code === 0 ? { name: done.stdout.trim(), of: 'container' } : undefined;
};
