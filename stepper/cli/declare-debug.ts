/** The commands of the prompt that another terminal can send to a container which is made in the background. */
import type { Command } from 'commander';

type Done = (code: number) => void;

const verbs = [
  ['step', 'perform the next operation of a container that waits'],
  ['next', 'perform the next stage of a container that waits'],
  ['continue', 'let a container that waits go on'],
] as const;

/** `done` gets the exit code. */
export function declareDebugger(program: Command, done: Done): void {
  const send = async (command: string, name: string, line: string) =>
    done(await (await import('./debug.ts')).debug(command, name, line));
  for (const [verb, summary] of verbs) {
    program
      .command(verb)
      .summary(summary)
      .description(
        `Does what "${verb}" does at the prompt, for a container that \`run -d\` or \`create\` with --pause-each, --step, --break or --until has left waiting.`,
      )
      .argument('<name>', 'name or ID, which may be shortened')
      .action(async (name) => await send(verb, name, verb));
  }
  program
    .command('dump')
    .summary('read the state of a container that waits, and of the host')
    .description(
      'Reads everything again from the kernel, for a container that is stepped through, and shows it.',
    )
    .argument('<name>', 'name or ID, which may be shortened')
    .argument('[path]', 'a piece of it: container.mounts, host.links')
    .option('--json', 'as JSON')
    .action(async (name, path, { json }) =>
      send('dump', name, ['dump', path, json && '--json'].filter(Boolean).join(' ')),
    );
  program
    .command('debug')
    .summary('send any command of the prompt to a container that waits')
    .description(
      'Sends a command of the prompt to a container that is stepped through: where, explain pivot, break exec …',
    )
    .argument('<name>', 'name or ID, which may be shortened')
    .argument('[command...]', 'what would be typed at the prompt; absent: where')
    .passThroughOptions()
    .action(async (name, words) => await send('debug', name, words.join(' ') || 'where'));
}
