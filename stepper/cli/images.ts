/** `tsstep images`: what is in the local store, in docker's columns. */
import { type ListedImage, listImages } from '../../core/image/list.ts';
import { goTime, since } from './format/duration.ts';
import { humanSize } from './format/size.ts';
import { table } from './format/table.ts';
import { render } from './format/template.ts';
import { shortId } from './format/text.ts';
import { openState } from './state.ts';

interface Flags {
  quiet?: boolean;
  /** false: --no-trunc. */
  trunc?: boolean;
  format?: string;
}

export async function images({ quiet = false, trunc = true, format }: Flags): Promise<number> {
  const { root } = openState('images');
  const listed = await listImages(root);
  const now = Date.now();
  const rows = listed.map((image) => rowOf(image, trunc, now));
  if (quiet) process.stdout.write([...new Set(rows.map(({ ID }) => ID))].map((id) => `${id}\n`).join(''));
  else if (format === 'json') process.stdout.write(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  else if (format !== undefined) process.stdout.write(rows.map((row) => `${render(format, row)}\n`).join(''));
  else process.stdout.write(asTable(rows));
  for (const image of listed) if (image.broken !== undefined) warn(image, image.broken);
  return 0;
}

const NONE = '<none>';

function rowOf({ repository, tag, id, created, size }: ListedImage, truncate: boolean, now: number) {
  return {
    Repository: repository ?? NONE,
    Tag: tag ?? NONE,
    ID: truncate ? shortId(id) : id,
    CreatedAt: created === undefined ? 'N/A' : goTime(created),
    CreatedSince: created === undefined ? 'N/A' : `${since(created, now)} ago`,
    Size: humanSize(size),
  };
}

function asTable(rows: readonly ReturnType<typeof rowOf>[]): string {
  return table(
    ['REPOSITORY', 'TAG', 'IMAGE ID', 'CREATED', 'SIZE'],
    rows.map(({ Repository, Tag, ID, CreatedSince, Size }) => [Repository, Tag, ID, CreatedSince, Size]),
  );
}

function warn({ repository, tag, id }: ListedImage, why: string): void {
  const name = repository === undefined ? shortId(id) : `${repository}:${tag ?? NONE}`;
  process.stderr.write(`tsstep: ${name} is broken: ${why}. Load or import it again\n`);
}
