/** `tsstep system start` and `system stop`. */
import { startDue, stopAllForNow } from '../lifecycle/boot.ts';
import { showCleaned } from './clean.ts';
import { openStateAsRoot } from './state.ts';

export async function systemStart(): Promise<number> {
  const { cleaned, started, failed } = await startDue(openStateAsRoot('system start'));
  cleaned.forEach(showCleaned);
  for (const name of started) process.stdout.write(`started ${name}\n`);
  return failed.length > 0 ? 1 : 0;
}

export async function systemStop(): Promise<number> {
  const { stopped, failed } = await stopAllForNow(openStateAsRoot('system stop').root);
  for (const name of stopped) process.stdout.write(`stopped ${name}\n`);
  return failed.length > 0 ? 1 : 0;
}
