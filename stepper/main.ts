/** The command line: declares the commands, and shows what went wrong once, here. */
import { Command, CommanderError } from 'commander';
import { failureOf } from '../core/errors.ts';
import { declareManagement } from './cli/manage.ts';
import { declareRun } from './cli/run.ts';
import { showFailure } from './show-failure.ts';
import { VERSION } from './version.ts';

/** Wrong flags and words: what docker ends with when it does not understand. */
const USAGE = 125;

function build(done: (code: number) => void): Command {
  const program = new Command('tsstep')
    .description('docker run, step by step: watch every operation that makes a container')
    .version(VERSION)
    .enablePositionalOptions()
    .exitOverride();
  declareRun(program, done);
  declareManagement(program, done);
  return program;
}

async function main(): Promise<number> {
  let code = 0;
  const program = build((ended) => {
    code = ended;
  });
  try {
    await program.parseAsync();
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE;
    const failure = failureOf(error);
    showFailure(failure);
    return failure.exit;
  }
}

// Whatever still listens (held ports, the terminal) must not keep a finished program alive.
void main().then((code) => {
  process.exitCode = code;
  process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));
});
