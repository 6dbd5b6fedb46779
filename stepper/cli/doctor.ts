/** `tsstep doctor`: what this machine lacks, or with --leaks what is left behind on it. */
import { examine, type Finding } from '../../core/doctor/index.ts';
import { stateDirectories } from '../../core/host/facts.ts';
import { leaks } from '../leaks.ts';
import { openStateAsRoot } from './state.ts';

const marks: Record<Finding['level'], string> = { ok: '✓', warning: '!', missing: '✗' };

export function doctor({ leaks: wanted = false, json = false }: { leaks?: boolean; json?: boolean }): number {
  if (wanted) return showLeaks(leaks(openStateAsRoot('doctor --leaks')), json);
  return showFindings(examine(stateDirectories(process.env).root), json);
}

const asJson = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** @returns 1 when something is missing that `run` needs */
function showFindings(findings: readonly Finding[], json: boolean): number {
  process.stdout.write(json ? asJson(findings) : findings.map(findingText).join(''));
  const count = findings.filter(({ level }) => level === 'missing').length;
  if (!json && count > 0)
    process.stdout.write(`\n${count} ${count === 1 ? 'thing is' : 'things are'} missing.\n`);
  return count > 0 ? 1 : 0;
}

function findingText({ level, name, what, why, remedy }: Finding): string {
  const more = [
    ['why:', why],
    ['remedy:', remedy],
  ].flatMap(([label = '', text]) => (text === undefined ? [] : [`    ${label.padEnd(8)}${text}\n`]));
  return `${marks[level]} ${name}: ${what}\n${more.join('')}`;
}

/** @returns 1 when there are any */
function showLeaks(found: ReturnType<typeof leaks>, json: boolean): number {
  if (json) process.stdout.write(asJson(found.map(({ what, remedy }) => ({ what, remedy }))));
  else if (found.length === 0) process.stdout.write('no leaks\n');
  else process.stdout.write(found.map(({ what, remedy }) => `✗ ${what}\n    remedy: ${remedy}\n`).join(''));
  return found.length === 0 ? 0 : 1;
}
