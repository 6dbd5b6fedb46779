/** `tsstep images`: what is in the local store, in docker's columns. */
import { listFilters, parseFilters } from '../../../core/image/store/filters.ts';
import { type ListedImage, listImages } from '../../../core/image/store/list.ts';
import { printable } from '../../printable.ts';
import { goTime, since } from '../format/duration.ts';
import { printRows } from '../format/print.ts';
import type { Columns } from '../format/rows.ts';
import { humanSize } from '../format/size.ts';
import { shortId } from '../format/text.ts';
import { openState } from '../state.ts';

interface Flags {
  quiet?: boolean;
  digests?: boolean;
  /** false: --no-trunc. */
  trunc?: boolean;
  filter?: readonly string[];
  format?: string;
}

export async function images(
  pattern: string | undefined,
  { quiet = false, digests = false, trunc = true, filter = [], format }: Flags,
): Promise<number> {
  const { root } = openState('images');
  const patterns = pattern === undefined ? [] : [`reference=${pattern}`];
  const listed = await listImages(root, parseFilters([...filter, ...patterns], listFilters));
  const now = Date.now();
  const rows = listed.map((image) => rowOf(image, trunc, now));
  if (quiet) process.stdout.write([...new Set(rows.map(({ ID }) => ID))].map((id) => `${id}\n`).join(''));
  else printRows(rows, format, digests ? withDigests : columns);
  for (const image of listed) if (image.broken !== undefined) warn(image, image.broken);
  return 0;
}

const NONE = '<none>';

/** What docker says where only `system df` counts. */
const UNKNOWN = 'N/A';

/** The keys of `docker images --format json`. */
function rowOf(image: ListedImage, truncate: boolean, now: number) {
  const { repository, tag, digest, id, created, size } = image;
  return {
    Containers: UNKNOWN,
    CreatedAt: created === undefined ? UNKNOWN : goTime(created),
    CreatedSince: created === undefined ? UNKNOWN : `${since(created, now)} ago`,
    Digest: digest,
    ID: truncate ? shortId(id) : id,
    Repository: repository ?? NONE,
    SharedSize: UNKNOWN,
    Size: humanSize(size),
    Tag: tag ?? NONE,
    UniqueSize: UNKNOWN,
    VirtualSize: humanSize(size, 4),
  };
}

const columns: Columns<ReturnType<typeof rowOf>> = {
  headings: {
    Containers: 'CONTAINERS',
    CreatedAt: 'CREATED AT',
    CreatedSince: 'CREATED',
    Digest: 'DIGEST',
    ID: 'IMAGE ID',
    Repository: 'REPOSITORY',
    SharedSize: 'SHARED SIZE',
    Size: 'SIZE',
    Tag: 'TAG',
    UniqueSize: 'UNIQUE SIZE',
    VirtualSize: 'SIZE',
  },
  shown: ['Repository', 'Tag', 'ID', 'CreatedSince', 'Size'],
};

const withDigests: typeof columns = {
  ...columns,
  shown: ['Repository', 'Tag', 'Digest', 'ID', 'CreatedSince', 'Size'],
};

function warn({ repository, tag, id }: ListedImage, why: string): void {
  const name = repository === undefined ? shortId(id) : `${repository}:${tag ?? NONE}`;
  const line = printable(`${name} is broken: ${why}. Load or import it again`);
  process.stderr.write(`tsstep: ${line}\n`);
}
