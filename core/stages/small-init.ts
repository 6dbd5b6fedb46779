/** `--init`: a small program of the host as PID 1, in front of the command. */
import { TsstepError } from '../errors.ts';
import { installing } from '../host/packages.ts';
import type { HostFacts } from '../known.ts';
import type { Operation } from '../operation.ts';
import type { Process } from '../spec/merge.ts';
import type { Spec } from '../spec/types.ts';
import { bindInRoot, readOnly } from './volumes/mount-operation.ts';

/** Docker's place for it. */
const PLACE = '/sbin/docker-init';

/** Docker's rule: who shares pids with somebody has an init already. */
export const hasSmallInit = ({ init, pid }: Pick<Spec, 'init' | 'pid'>): boolean =>
  init === true && pid === 'private';

export const inFront = (spec: Spec, process: Process): Process =>
  hasSmallInit(spec) ? { ...process, argv: [PLACE, '--', ...process.argv] } : process;

/** @throws TsstepError missing-tool */
export function smallInit(root: string, spec: Spec, { initProgram }: HostFacts): Operation[] {
  if (!hasSmallInit(spec)) return [];
  if (initProgram === undefined) throw missingSmallInit();
  return [
    bindInRoot(
      root,
      'init',
      `--init: the host’s ${initProgram} will be PID 1. It passes signals on to the command and reaps orphans, which else stay as zombies.`,
      initProgram,
      PLACE,
      'file',
    ),
    readOnly(
      root,
      'read-only-init',
      'It is the host’s own program: root in here must not be able to change it.',
      PLACE,
    ),
  ];
}

export function missingSmallInit(): TsstepError {
  return new TsstepError({
    code: 'missing-tool',
    what: '--init: there is no small init on this machine',
    why: 'it is a static program of the host, called docker-init, tini-static or catatonit, and PATH has none of them',
    remedy: installing('tini'),
  });
}
