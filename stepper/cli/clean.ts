import { type Cleaned, clean as takeBack } from '../clean.ts';
import { failureText } from '../show-failure.ts';
import { openStateAsRoot } from './state.ts';

/** `tsstep clean`: says what it takes back. @returns 1 when something could not be */
export async function clean(): Promise<number> {
  const places = openStateAsRoot('clean');
  const cleaned = await takeBack(places);
  if (cleaned.length === 0) process.stdout.write('nothing to clean\n');
  cleaned.forEach(showCleaned);
  return cleaned.some(({ problems }) => problems.length > 0) ? 1 : 0;
}

export function showCleaned({ what, undone, problems }: Cleaned): void {
  const failed = problems.map(({ at }) => at);
  const heading = undone.length === 0 && failed.includes(what) ? 'could not remove' : 'took back';
  process.stdout.write(`${heading} ${what}\n${undone.map((at) => `  ${at}\n`).join('')}`);
  for (const { at, failure } of problems) {
    process.stderr.write(
      `tsstep: could not take back ${at}\n${failureText(failure).replace(/^tsstep: /, '  ')}`,
    );
  }
}
