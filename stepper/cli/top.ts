/** `tsstep top`: the host's ps(1), as docker reads it: the lines of a container's processes. */
import { processesOf } from '../../core/cgroup/processes.ts';
import { TsstepError } from '../../core/errors.ts';
import { runTool } from '../../core/perform/run-tool.ts';
import { findContainer } from '../../core/store/containers.ts';
import { requireState } from '../../core/store/states.ts';
import { table } from './format/table.ts';
import { forEach, openState } from './state.ts';

/** Docker's: narrower columns are made as wide. */
const LEAST = 20;

/** @returns the exit code, docker's 1 where there is nothing to show */
export async function top(reference: string, options: readonly string[]): Promise<number> {
  return await forEach([reference], async () => {
    const container = findContainer(openState('top').root, reference);
    requireState(container, 'look into');
    const pids = processesOf(container.config.id);
    const words = (options.length > 0 ? options.join(' ') : '-ef').split(' ').filter(Boolean);
    refuseRenaming(words);
    const { titles, rows } = ofProcesses(await ps(words, pids), new Set(pids));
    process.stdout.write(table(titles, rows, LEAST));
  });
}

/** A column that is only called PID would be believed. */
function refuseRenaming(words: readonly string[]): void {
  const named = [...` ${words.join(' ')}`.matchAll(/\s+(\S*)=\s*(PID\S*)/g)];
  const match = named.find(([, column]) => column !== 'pid');
  if (!match) return;
  throw new TsstepError({
    code: 'usage',
    what: `specifying "${match[1]}=${match[2]}" is not allowed`,
    why: 'the column PID tells which lines are the container’s, so it has to hold pids',
    remedy: 'give the column another name, or none',
  });
}

/** ps names some processes, or all where its other options do not go with that (`f`). @throws TsstepError missing-tool, tool-failed */
async function ps(words: readonly string[], pids: readonly number[]): Promise<string> {
  const all = async () => (await runTool(['ps', ...words]).catch(refused)).stdout;
  if (pids.length === 0) return await all();
  try {
    return (await runTool(['ps', ...words, `-q${pids.join(',')}`])).stdout;
  } catch (error) {
    if (error instanceof TsstepError && error.failure.code === 'tool-failed') return await all();
    throw error;
  }
}

/** Its first line says what it does not like. */
function refused(error: unknown): never {
  if (!(error instanceof TsstepError) || error.failure.code !== 'tool-failed') throw error;
  throw new TsstepError({
    code: 'tool-failed',
    what: `ps: ${error.failure.why.split('\n')[0]}`,
    why: 'ps of this machine does not understand these options',
    remedy: 'man ps lists them',
  });
}

/** Docker's reading: what is one field too many belongs to the last one. A line without a pid is a thread of the one above it. */
export function ofProcesses(
  output: string,
  pids: ReadonlySet<number>,
): { titles: readonly string[]; rows: readonly (readonly string[])[] } {
  const [first = '', ...lines] = output.split('\n');
  const titles = fieldsOf(first);
  const column = titles.indexOf('PID');
  if (column < 0) throw noPid();
  const rows: string[][] = [];
  let isIts = false;
  for (const line of lines.filter((text) => text !== '')) {
    const fields = fieldsOf(line);
    if (fields[column] !== '-') isIts = pids.has(Number(fields[column]));
    if (isIts) rows.push([...fields.slice(0, titles.length - 1), fields.slice(titles.length - 1).join(' ')]);
  }
  return { titles, rows };
}

const fieldsOf = (line: string): string[] => line.trim().split(/\s+/);

function noPid(): TsstepError {
  return new TsstepError({
    code: 'usage',
    what: 'Couldn’t find PID field in ps output',
    why: 'these options of ps leave it out, and without it nobody can tell which lines are the container’s',
    remedy: 'ask for it: tsstep top CONTAINER -o pid,user,args',
  });
}
