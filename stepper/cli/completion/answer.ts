import type { Command } from 'commander';
import { type Candidate, candidates, type Fitting } from './candidates.ts';

/** Bash puts a candidate into the line as it is. So a name that a shell would take for more than a word is not offered. */
const isPlain = ([word]: Candidate): boolean => /^[\w@%+=:,./-]+$/.test(word);

/** A description stays on its line and in its column. */
const lineOf = ([word, description = '']: Candidate): string =>
  `${description === '' ? word : `${word}\t${description.replace(/\s+/g, ' ')}`}\n`;

/** `tsstep __complete`: a candidate on each line. @returns 1 where file names fit, which the shell knows */
export async function answer(program: Command, words: readonly string[]): Promise<number> {
  // Where we cannot tell, the shell does what it does for programs that it knows nothing of.
  const fitting = await candidates(program, words).catch((): Fitting => 'files');
  if (fitting === 'files') return 1;
  process.stdout.write(fitting.filter(isPlain).map(lineOf).join(''));
  return 0;
}
