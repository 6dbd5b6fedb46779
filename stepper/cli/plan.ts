import { type Command, Option } from 'commander';
import { parseSpec } from '../../core/spec/parse.ts';
import { warningsOf } from '../../core/spec/warnings.ts';
import { addRunFlags, type RunFlags } from './run-flags.ts';

type Flags = RunFlags & { format: 'text' | 'json' | 'sh' };

/** Declares `plan run`; `done` gets the exit code. */
export function declarePlan(program: Command, done: (code: number) => void): void {
  const plan = program
    .command('plan')
    .summary('show what a run would do, without doing it')
    .description('Shows the operations that a command would perform. Needs no root and changes nothing.')
    .enablePositionalOptions();
  const run = plan
    .command('run')
    .summary('show what `tsstep run` would do')
    .description(
      'Shows the operations that `tsstep run` with the same flags would perform, or writes a shell script that makes the same container with standard tools.',
    );
  addRunFlags(run)
    .optionsGroup('Showing it:')
    .addOption(
      new Option('--format <format>', 'text, json, or sh: a script for `sudo sh`')
        .choices(['text', 'json', 'sh'])
        .default('text'),
    )
    .action(async (image: string, words: string[], flags: Flags) => {
      await show(flags, image, words);
      done(0);
    });
}

async function show(flags: Flags, image: string, words: readonly string[]): Promise<void> {
  const spec = parseSpec(flags, image, words, process.env);
  for (const warning of warningsOf(flags)) process.stderr.write(`tsstep: ${warning}\n`);
  const { plan } = await import('../plan/plan.ts');
  process.stdout.write(await plan(spec, flags.format, process.argv.slice(2)));
}
