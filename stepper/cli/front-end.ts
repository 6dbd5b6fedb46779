import { TsstepError } from '../../core/errors.ts';
import type { FrontEnd } from '../front-end.ts';
import { jsonFrontEnd, quietFrontEnd } from '../json/front-end.ts';
import type { WatchFlags } from './stepping-flags.ts';

/** Whether some flag asks for pauses. */
export const isWatching = (flags: WatchFlags): boolean =>
  Boolean(flags.pauseEach || flags.step || flags.until !== undefined || (flags.break?.length ?? 0) > 0);

/**
 * `auto`: the plain prompt where some flag asks to watch, else `usual`, which shows no operations.
 * @throws TsstepError usage
 */
export async function frontEndFor(flags: WatchFlags, usual: () => FrontEnd): Promise<FrontEnd> {
  if (flags.ui === 'json') return jsonFrontEnd();
  if (flags.ui === 'quiet') return quietFrontEnd();
  if (flags.ui === 'auto' && !isWatching(flags)) return usual();
  if (flags.ui !== 'auto' && flags.ui !== 'plain') throw unknownUi(flags.ui);
  const [{ PlainFrontEnd }, { ownConsole }] = await Promise.all([
    import('../plain/front-end.ts'),
    import('../plain/console.ts'),
  ]);
  return new PlainFrontEnd(ownConsole(), { asks: isWatching(flags) });
}

function unknownUi(ui: string): TsstepError {
  return new TsstepError({
    code: 'usage',
    what: `--ui: there is no front end "${ui}"`,
    why: 'events are shown as text or as JSON lines',
    remedy: 'use auto, plain, json or quiet',
  });
}
