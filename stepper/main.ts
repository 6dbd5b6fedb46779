/** The command line: does what was typed, and shows what went wrong once, here. */
import { CommanderError } from 'commander';
import { failureOf, TsstepError } from '../core/errors.ts';
import { tolerating } from '../core/kernel/errno.ts';
import { declareProgram } from './cli/program.ts';
import { usageExit } from './cli/usage-exit.ts';
import { showFailure } from './show-failure.ts';

async function main(): Promise<number> {
  let code = 0;
  const program = declareProgram((ended) => {
    code = ended;
  }, process.argv.slice(2));
  try {
    requireDirectory();
    await program.parseAsync();
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return usageExit(error);
    const failure = failureOf(error);
    showFailure(failure);
    return failure.exit;
  }
}

/** @throws TsstepError usage: a shell can stay where its directory was removed, and then even `./` means nothing */
function requireDirectory(): void {
  if (tolerating(['ENOENT'], () => process.cwd()) !== undefined) return;
  throw new TsstepError({
    code: 'usage',
    what: 'the current directory does not exist any more',
    why: 'it was removed after this shell went there',
    remedy: 'cd somewhere else',
  });
}

let finished = false;

/** A mistake of ours that escaped every handler: loud, with an exit code, and `tsstep clean` can take back what is left. */
function crashed(error: unknown): void {
  if (process.stdin.isTTY && process.stdin.isRaw) process.stdin.setRawMode(false);
  const failure = failureOf(error);
  showFailure({ ...failure, remedy: `tsstep clean takes back what is left; ${failure.remedy}` });
  process.exit(failure.exit);
}

process.on('uncaughtException', crashed);
process.on('beforeExit', () => {
  if (!finished) crashed(new Error('nothing is left to wait for, and the run has not ended'));
});
// A reader that went away (`| head`) takes what we say with it, not the container.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
// The caller's umask would take rights away from what the container's user has to reach, like its root directory.
process.umask(0o022);
// Whatever still listens (held ports, the terminal) must not keep a finished program alive.
void main().then((code) => {
  finished = true;
  process.exitCode = code;
  process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));
});
