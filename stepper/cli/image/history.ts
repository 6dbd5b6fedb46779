/** `tsstep history`: how an image was made, last step first, in docker's columns. */
import { type HistoryLine, historyOf } from '../../../core/image/history.ts';
import { findAmong, storedImages } from '../../../core/image/store/stored.ts';
import { shownOn } from '../../printable.ts';
import { since } from '../format/duration.ts';
import { printIds, printRows } from '../format/print.ts';
import type { Columns } from '../format/rows.ts';
import { humanSize } from '../format/size.ts';
import { ellipsis, shortId } from '../format/text.ts';
import { openState } from '../state.ts';

interface Flags {
  quiet?: boolean;
  /** false: --no-trunc. */
  trunc?: boolean;
  /** false: --no-human. */
  human?: boolean;
  format?: string;
}

/** @throws TsstepError bad-image, no-such-image */
export async function history(
  reference: string,
  { quiet = false, trunc = true, human = true, format }: Flags,
): Promise<number> {
  const { root } = openState('history');
  const { image } = findAmong(await storedImages(root), reference);
  const now = Date.now();
  const rows = historyOf(root, image).map((line) => rowOf(line, trunc, human, now));
  if (quiet) printIds(rows);
  else printRows(rows, format, human ? columns : exact);
  return 0;
}

const UNKNOWN = 'N/A';

/** The keys of `docker history --format json`. */
function rowOf(line: HistoryLine, truncate: boolean, human: boolean, now: number) {
  const { id, created, createdBy, size, comment } = line;
  // Before it is cut: what is escaped is longer.
  const command = shownOn(process.stdout, createdBy.replaceAll('\t', ' '));
  return {
    Comment: comment,
    CreatedAt: created ?? UNKNOWN,
    CreatedBy: truncate ? ellipsis(command, 45) : command,
    CreatedSince: created === undefined ? UNKNOWN : `${since(created, now)} ago`,
    ID: id === undefined ? '<missing>' : truncate ? shortId(id) : id,
    Size: size === undefined ? UNKNOWN : human ? humanSize(size) : String(size),
  };
}

const columns: Columns<ReturnType<typeof rowOf>> = {
  headings: {
    Comment: 'COMMENT',
    CreatedAt: 'CREATED AT',
    CreatedBy: 'CREATED BY',
    CreatedSince: 'CREATED',
    ID: 'IMAGE',
    Size: 'SIZE',
  },
  shown: ['ID', 'CreatedSince', 'CreatedBy', 'Size', 'Comment'],
};

const exact: typeof columns = { ...columns, shown: ['ID', 'CreatedAt', 'CreatedBy', 'Size', 'Comment'] };
