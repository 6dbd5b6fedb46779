/** `--volumes-from container[:ro|rw]`. */
import type { VolumesFrom } from './types.ts';
import { usageError } from './usage.ts';

const flag = '--volumes-from';

/** SELinux's z is accepted and without effect, as docker's is where SELinux is off. @throws TsstepError usage */
export function parseVolumesFrom(text: string): VolumesFrom {
  const [container = '', ...modes] = text.split(/:(.*)/s).filter((part, index) => index === 0 || part !== '');
  const remedy = 'write --volumes-from NAME or --volumes-from NAME:ro';
  if (container === '') throw usageError(flag, text, 'it names no container', remedy);
  const mode = modes[0] ?? 'rw';
  if (!/^(ro|rw)?(,?[zZ])?$/.test(mode)) throw usageError(flag, text, `invalid mode: ${mode}`, remedy);
  return { container, readOnly: mode.startsWith('ro') };
}
