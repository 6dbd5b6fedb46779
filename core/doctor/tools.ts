import { accessSync, constants, realpathSync } from 'node:fs';
import { basename, join } from 'node:path';
import { installing } from '../host/packages.ts';
import { findSmallInit } from '../host/small-init.ts';
import { findBusybox } from '../image/lab/busybox.ts';
import { missingTool } from '../perform/run-tool.ts';
import type { Spec } from '../spec/types.ts';
import { hasSmallInit, missingSmallInit } from '../stages/small-init.ts';
import { type Finding, missing, ok, warning } from './finding.ts';
import { attempt } from './trial.ts';

interface Tool {
  name: string;
  /** What tsstep does with it. */
  use: string;
  /**
   * Words that only the full tool understands: BusyBox has an applet of the same name, and it knows fewer options. Where it
   * knows enough for a run it still may start an applet in place of the program that was asked for (FEATURE_PREFER_APPLETS).
   */
  asks?: { option: string; words: readonly string[] };
}

/** `--help` behind the option: it is read before anything is done, so that asking changes nothing and needs no rights. */
const asks = (option: string, ...values: string[]) => ({ option, words: [option, ...values, '--help'] });

/** Tools that are used as they are; core/host/packages.ts has their packages. */
const tools: readonly Tool[] = [
  {
    name: 'ip',
    use: 'makes bridges, veth pairs and addresses',
    asks: { option: '-json', words: ['-json', '-V'] },
  },
  { name: 'nft', use: 'translates addresses and publishes ports' },
  { name: 'unshare', use: 'starts the first process of a pid namespace', asks: asks('--cgroup') },
  { name: 'setpriv', use: 'ties init’s life to tsstep’s', asks: asks('--pdeathsig', 'KILL') },
  {
    name: 'nsenter',
    use: 'sets the network up from outside, and looks into namespaces',
    asks: asks('--cgroup'),
  },
  { name: 'cp', use: 'fills new volumes with what the image has there' },
];

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
export function requireTools(spec: Spec): void {
  const { network } = spec;
  if (hasSmallInit(spec) && findSmallInit() === undefined) throw missingSmallInit();
  if (network !== 'bridge') return;
  for (const name of ['ip', 'nft', 'nsenter']) if (findTool(name) === undefined) throw missingTool(name);
}

function knows({ name, asks }: Tool): boolean {
  return asks === undefined || attempt([name, ...asks.words]).works;
}

/** Whether these are there with all that tsstep asks of them. What is not has its finding here, and needs no second one. */
export function usable(...names: string[]): boolean {
  return names.every((name) => {
    const tool = tools.find((one) => one.name === name) ?? { name, use: '' };
    return findTool(name) !== undefined && knows(tool);
  });
}

function maker(name: string): string {
  const real = basename(realpathSync(findTool(name) ?? name));
  return real.startsWith('busybox') ? `${name} is BusyBox’s, which` : `this ${name}`;
}

function checkTool(tool: Tool): Finding | undefined {
  const { name, use, asks } = tool;
  const fault = (what: string) => missing('tools', what, `it ${use}`, installing(name));
  if (findTool(name) === undefined) return fault(`${name} is not installed`);
  return knows(tool) ? undefined : fault(`${maker(name)} does not know ${asks?.option}`);
}

function checkBusybox(): Finding {
  const found = findBusybox();
  if ('path' in found) return ok('busybox', `${found.path}, static`);
  const why = 'the built-in image `lab` is made of it; other images do without';
  return warning('busybox', 'there is no static one', why, installing('busybox-static'));
}

function checkSmallInit(): Finding {
  const found = findSmallInit();
  if (found !== undefined) return ok('small init', `${found}, static`);
  const why = '`--init` puts one in front of the command; everything else does without';
  return warning('small init', 'there is no static tini, docker-init or catatonit', why, installing('tini'));
}

export function checkTools(): Finding[] {
  const faults = tools.map(checkTool).filter((finding) => finding !== undefined);
  const found = faults.length > 0 ? faults : [ok('tools', tools.map(({ name }) => name).join(' '))];
  return [...found, checkBusybox(), checkSmallInit()];
}
