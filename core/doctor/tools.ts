import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { needsInterpreter } from '../image/elf.ts';
import { errnoOf } from '../kernel/errno.ts';
import { missingTool } from '../perform/run-tool.ts';
import type { Spec } from '../spec/types.ts';
import { type Finding, missing, ok, warning } from './finding.ts';

/** Tools that are used as they are, their Debian packages, and what for. */
const tools = [
  ['ip', 'iproute2', 'makes bridges, veth pairs and addresses'],
  ['nft', 'nftables', 'translates addresses and publishes ports'],
  ['unshare', 'util-linux', 'starts the first process of a pid namespace'],
  ['nsenter', 'util-linux', 'sets the network up from outside, and looks into namespaces'],
  ['cp', 'coreutils', 'fills new volumes with what the image has there'],
] as const;

export function findTool(name: string, path = process.env.PATH ?? ''): string | undefined {
  return path
    .split(':')
    .map((folder) => join(folder, name))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/**
 * A tool that is missing half-way is missing for taking back too, so it is looked for before anything is made.
 * @throws TsstepError missing-tool
 */
export function requireTools({ network }: Spec): void {
  if (network !== 'bridge') return;
  for (const name of ['ip', 'nft', 'nsenter']) if (findTool(name) === undefined) throw missingTool(name);
}

const busyboxes = ['/bin/busybox', '/usr/bin/busybox'];

function isStatic(path: string): boolean {
  try {
    return needsInterpreter(path) === false;
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return false;
  }
}

function checkBusybox(): Finding {
  const found = busyboxes.find(isStatic);
  if (found) return ok('busybox', `${found}, static`);
  const why = 'the built-in image `lab` is made of it; other images do without';
  return warning('busybox', 'there is no static one', why, 'apt-get install busybox-static');
}

export function checkTools(): Finding[] {
  const lacking = tools.filter(([name]) => findTool(name) === undefined);
  const faults = lacking.map(([name, debian, use]) =>
    missing('tools', `${name} is not installed`, `it ${use}`, `apt-get install ${debian}`),
  );
  const found = faults.length > 0 ? faults : [ok('tools', tools.map(([name]) => name).join(' '))];
  return [...found, checkBusybox()];
}
