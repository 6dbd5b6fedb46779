import { failureOf, TsstepError } from '../../core/errors.ts';
import { type ExecFlags, parseExec } from '../../core/spec/exec.ts';
import type { Spec } from '../../core/spec/types.ts';
import type { ContainerConfig } from '../../core/store/config.ts';
import { findContainer } from '../../core/store/containers.ts';
import { requireState } from '../../core/store/states.ts';
import { exec } from '../exec.ts';
import { quietFrontEnd } from '../json/front-end.ts';
import { showFailure } from '../show-failure.ts';
import { Stepping } from '../stepping.ts';
import { DEFAULT_KEYS, parseDetachKeys } from '../terminal/detach-keys.ts';
import { frontEndFor } from './front-end.ts';
import { openStateAsRoot } from './state.ts';
import { eventTargets, parseFaults, type WatchFlags } from './stepping-flags.ts';

/** Docker's exit code for what it does not even try. */
const REFUSED = 1;

export async function execWith(
  flags: ExecFlags & WatchFlags & { detachKeys?: string },
  reference: string,
  words: readonly string[],
): Promise<number> {
  try {
    const { root } = openStateAsRoot('exec');
    const container = findContainer(root, reference);
    requireState(container, 'exec in');
    const { config } = container;
    return await exec({
      config,
      spec: specFor(flags, config, words),
      detach: flags.detach ?? false,
      signals: 'leave',
      detachKeys: parseDetachKeys(flags.detachKeys ?? DEFAULT_KEYS),
      stepping: new Stepping(flags),
      frontEnd: await frontEndFor(flags, quietFrontEnd),
      faults: parseFaults(flags.inject),
      eventFiles: eventTargets(flags),
      recordSecrets: flags.recordSecrets ?? false,
      showOutput: flags.ui !== 'json',
      argv: process.argv.slice(2),
    });
  } catch (error) {
    if (!(error instanceof TsstepError)) throw error;
    showFailure(failureOf(error));
    return REFUSED;
  }
}

function specFor(flags: ExecFlags, config: ContainerConfig, words: readonly string[]): Spec {
  const spec = parseExec(flags, config, words, process.env);
  if (spec.tty && spec.interactive && !process.stdin.isTTY) throw notATerminal();
  return spec;
}

function notATerminal(): TsstepError {
  return new TsstepError({
    code: 'usage',
    what: 'the input device is not a terminal',
    why: '-t with -i connects your terminal to the command’s, and standard input is a file or a pipe',
    remedy: 'leave out -t: tsstep exec -i …',
  });
}
