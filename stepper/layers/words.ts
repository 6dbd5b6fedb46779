/** Numbers, names and sizes of layers in words. */
import type { FileChange, LayerFile, LayerInside, Waste } from '../../core/image/inside/types.ts';
import { humanSize } from '../cli/format/size.ts';
import { printable } from '../printable.ts';

export const signs = { added: '+', changed: '~', removed: '-' } as const satisfies Record<
  FileChange['kind'],
  string
>;

/** `1 file`, `2 files`; the plural of `directory` is given. */
export const counted = (count: number, one: string, more = `${one}s`): string =>
  `${count} ${count === 1 ? one : more}`;

export const shownPath = (path: string): string => `/${printable(path)}`;

/** One line, whatever the image’s maker wrote. Of a digest, as in `COPY file:…`, as much as docker shows of an ID. */
export function instructionText({
  instruction,
  repeatedAs,
}: Pick<LayerInside, 'instruction' | 'repeatedAs'>): string {
  const again = repeatedAs === undefined ? '' : `(the same as layer ${repeatedAs}) `;
  const short = instruction?.replace(/\b([0-9a-f]{12})[0-9a-f]{52}\b/g, '$1');
  return again + printable(short ?? '(the image does not say what made it)');
}

/** `1-3, 5` */
export function ranges(numbers: readonly number[]): string {
  const found: [first: number, last: number][] = [];
  for (const number of numbers) {
    const open = found.at(-1);
    if (open && number === open[1] + 1) open[1] = number;
    else found.push([number, number]);
  }
  return found.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(', ');
}

export function wasteText({ layer, hiddenBy, how }: Waste): string {
  const what = {
    removed: `removed by ${hiddenBy}`,
    replaced: `replaced by ${hiddenBy}`,
    copied: `copied whole by ${hiddenBy}, content unchanged`,
  };
  return `layer ${layer}, ${what[how]}`;
}

const letters = {
  file: '-',
  directory: 'd',
  symlink: 'l',
  fifo: 'p',
  'character-device': 'c',
  'block-device': 'b',
} as const;

/** `-rwsr-xr-x`, as ls(1) writes it. */
export function modeText({ type, mode }: LayerFile): string {
  const special = [mode & 0o4000 ? 's' : '', mode & 0o2000 ? 's' : '', mode & 0o1000 ? 't' : ''];
  const triads = special.map((bit, index) => {
    const three = (mode >> (6 - 3 * index)) & 7;
    const execute = three & 1 ? bit || 'x' : bit.toUpperCase() || '-';
    return `${three & 4 ? 'r' : '-'}${three & 2 ? 'w' : '-'}${execute}`;
  });
  return letters[type] + triads.join('');
}

const octal = ({ mode }: LayerFile): string => `0${mode.toString(8).padStart(3, '0')}`;
const owner = ({ uid, gid }: LayerFile): string => `${uid}:${gid}`;

/** What is different between two versions: `67B → 62B`, `same content, mode 0644 → 0755`. */
export function differenceText({ file, below, sameContent }: FileChange): string {
  if (!below) return '';
  const before = below.file;
  const differing = (what: string, text: (file: LayerFile) => string) =>
    text(before) === text(file) ? [] : [`${what}${text(before)} → ${text(file)}`];
  const metadata = [...differing('mode ', octal), ...differing('owner ', owner)];
  if (before.type !== file.type) return [`was a ${before.type}`, ...metadata].join(', ');
  if (file.type === 'directory') return metadata.join(', ');
  if (sameContent) return ['same content', ...metadata].join(', ');
  return (
    [...differing('', ({ size }) => humanSize(size)), ...metadata].join(', ') || 'same size, other content'
  );
}
