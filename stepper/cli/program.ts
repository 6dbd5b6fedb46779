import { Command } from 'commander';
import { VERSION } from '../version.ts';
import { declareCompletion } from './completion.ts';
import { declareAttach } from './declare-attach.ts';
import { declareChanges } from './declare-changes.ts';
import { declareContainer } from './declare-container.ts';
import { declareDebugger } from './declare-debug.ts';
import { declareEvents } from './declare-events.ts';
import { declareExec } from './declare-exec.ts';
import { declareImages } from './declare-images.ts';
import { declareLifecycle } from './declare-lifecycle.ts';
import { declareLives } from './declare-lives.ts';
import { declareNetworks } from './declare-network.ts';
import { declarePs } from './declare-ps.ts';
import { declareRegistries } from './declare-registry.ts';
import { declareSystem } from './declare-system.ts';
import { declareTop } from './declare-top.ts';
import { declareVolumes } from './declare-volumes.ts';
import { declareManagement } from './manage.ts';
import { declarePlan } from './plan.ts';
import { declareRun } from './run.ts';
import { declareVm } from './vm.ts';

const declarations = [
  declareRun,
  declareExec,
  declareLifecycle,
  declareLives,
  declarePs,
  declareManagement,
  declareAttach,
  declareTop,
  declareEvents,
  declareDebugger,
  declarePlan,
  declareImages,
  declareSystem,
  declareChanges,
  declareVolumes,
  declareNetworks,
  declareRegistries,
  declareVm,
  declareCompletion,
];

/** Answers the completion scripts, so it has to know all that could be typed. */
const COMPLETE = '__complete';

/**
 * All commands with their flags. Help, shell completion and the tests of the documentation read it.
 * @param done gets the exit code
 * @param words what was typed, where only that has to be understood: most calls can then do without the noun `container`, which
 * declares every command once more, at 5 ms a call
 */
export function declareProgram(done: (code: number) => void, words: readonly string[] = []): Command {
  const program = new Command('tsstep')
    .description('docker run, step by step: watch every operation that makes a container')
    .version(VERSION)
    .configureHelp({ minWidthToWrap: 20 })
    .showHelpAfterError('`tsstep --help` lists the commands, `tsstep COMMAND --help` its options.')
    .enablePositionalOptions()
    .exitOverride();
  for (const declare of declarations) declare(program, done);
  const isAtTop = program.commands.some((command) => command.name() === words[0]);
  if (!isAtTop || words[0] === COMPLETE) declareContainer(program, declarations, done);
  return program;
}
