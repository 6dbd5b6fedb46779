import { type Command, Option } from 'commander';
import type { ExecFlags } from '../../core/spec/exec.ts';
import { parseSpec } from '../../core/spec/parse.ts';
import type { Spec } from '../../core/spec/types.ts';
import { warningsOf } from '../../core/spec/warnings.ts';
import { addExecFlags } from './declare-exec.ts';
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
  const exec = plan
    .command('exec')
    .summary('show what `tsstep exec` would do')
    .description('Shows the operations that `tsstep exec` with the same flags would perform.');
  addExecFlags(exec)
    .optionsGroup('Showing it:')
    .addOption(new Option('--format <format>', 'text or json').choices(['text', 'json']).default('text'))
    .action(async (container: string, words: string[], flags: ExecFlags & { format: 'text' | 'json' }) => {
      await showExec(flags, container, words);
      done(0);
    });
}

async function show(flags: Flags, image: string, words: readonly string[]): Promise<void> {
  const spec = parseSpec(flags, image, words, process.env);
  for (const warning of warningsOf(flags)) process.stderr.write(`tsstep: ${warning}\n`);
  await print(spec, flags.format);
}

async function showExec(
  flags: ExecFlags & Pick<Flags, 'format'>,
  reference: string,
  words: readonly string[],
) {
  const [{ openState }, { findContainer }, { parseExec }] = await Promise.all([
    import('./state.ts'),
    import('../../core/store/containers.ts'),
    import('../../core/spec/exec.ts'),
  ]);
  const { config } = findContainer(openState('plan exec').root, reference);
  await print(parseExec(flags, config, words, process.env), flags.format);
}

async function print(spec: Spec, format: Flags['format']): Promise<void> {
  const { plan } = await import('../plan/plan.ts');
  process.stdout.write(await plan(spec, format, process.argv.slice(2)));
}
