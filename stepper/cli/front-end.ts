import { TsstepError } from '../../core/errors.ts';
import type { FrontEnd } from '../front-end.ts';
import { jsonFrontEnd, quietFrontEnd } from '../json/front-end.ts';
import type { WatchFlags } from './stepping-flags.ts';

/**
 * `auto`: the plain prompt where some flag asks to watch, else `usual`, which shows no operations.
 * @throws TsstepError usage
 */
export async function frontEndFor(flags: WatchFlags, usual: () => FrontEnd): Promise<FrontEnd> {
  const watching =
    flags.pauseEach || flags.step || flags.until !== undefined || (flags.break?.length ?? 0) > 0;
  if (flags.ui === 'json') return jsonFrontEnd();
  if (flags.ui === 'quiet') return quietFrontEnd();
  if (flags.ui === 'auto' && !watching) return usual();
  if (flags.ui !== 'auto' && flags.ui !== 'plain') throw unknownUi(flags.ui);
  const { PlainFrontEnd } = await import('../plain/front-end.ts');
  return new PlainFrontEnd({ asks: watching });
}

function unknownUi(ui: string): TsstepError {
  return new TsstepError({
    code: 'usage',
    what: `--ui: there is no front end "${ui}"`,
    why: 'events are shown as text or as JSON lines',
    remedy: 'use auto, plain, json or quiet',
  });
}
