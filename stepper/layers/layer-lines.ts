/** One layer: where it is, and every file that it changes. */
import type { FileChange, ImageInside, LayerFile, LayerInside } from '../../core/image/inside/types.ts';
import { humanSize } from '../cli/format/size.ts';
import { type Style, wrap } from '../plain/style.ts';
import { printable } from '../printable.ts';
import { counted, differenceText, instructionText, modeText, shownPath, signs } from './words.ts';

/** Where names begin, behind sign, mode, owner and size. */
const NAME = 29;

export function layerLines({ layers }: ImageInside, layer: LayerInside, style: Style): string[] {
  const { number, changes } = layer;
  const place = number === layers.length ? ', the top' : number === 1 ? ', the bottom' : '';
  return [
    style.heading(`Layer ${number} of ${layers.length}${layers.length === 1 ? '' : place}`),
    ...wrap(instructionText(layer), style.width, '  '),
    '',
    ...factLines(layer, style.width),
    '',
    ...(changes.length === 0 ? [style.dim('  no file changes')] : changeLines(changes, style)),
  ];
}

/** Label and words; an explanation of unpacking a layer has them, too. */
export function factLines(layer: LayerInside, width: number): string[] {
  const { layer: source, bytes, wasted, users, opaque } = layer;
  const facts: [label: string, text: string][] = [
    ['files', changesText(layer)],
    ['size', `${humanSize(bytes)} of files, ${humanSize(source.size)} as stored`],
    ['wasted', wasted === 0 ? 'nothing' : `${humanSize(wasted)}: layers above hide them`],
    ...opaque.map((path): [string, string] => [
      'opaque',
      `${shownPath(path)} hides what lower layers have in it`,
    ]),
    ['shared', sharedText(users)],
    ['diff ID', source.diffId],
    ['blob', source.digest],
    ['place', source.unpacked ? source.directory : 'not unpacked yet'],
  ];
  return facts.flatMap(([label, text]) =>
    wrap(text, width - 11).map((line, index) => `  ${(index === 0 ? label : '').padEnd(9)}${line}`),
  );
}

/** `+ 12 files, 3 directories  ~ 1 file` */
function changesText({ counts }: LayerInside): string {
  const kinds = ['added', 'changed', 'removed'] as const;
  const texts = kinds.flatMap((kind) => {
    const { files, directories } = counts[kind];
    const words = [
      ...(files > 0 ? [counted(files, 'file')] : []),
      ...(directories > 0 ? [counted(directories, 'directory', 'directories')] : []),
    ];
    return words.length > 0 ? [`${signs[kind]} ${words.join(', ')}`] : [];
  });
  return texts.join('; ') || 'no changes';
}

function sharedText({ images, containers }: LayerInside['users']): string {
  const named = (what: string, names: readonly string[]) =>
    names.length === 0
      ? []
      : [`${counted(names.length, what)}: ${names.map((name) => printable(name)).join(' ')}`];
  return [...named('image', images), ...named('container', containers)].join('; ') || 'with nobody else';
}

function changeLines(changes: readonly FileChange[], style: Style): string[] {
  const paint = { added: style.good, changed: style.changed, removed: style.bad } as const;
  const names = new Map<LayerFile, string>();
  return collapsed(changes).flatMap(({ change, below }) => {
    const { kind, file, path } = change;
    const size = file.type === 'file' ? humanSize(file.size) : '';
    const owner = `${file.uid}:${file.gid}`;
    const name = `${shownPath(path)}${file.type === 'directory' ? '/' : ''}`;
    const target =
      file.type === 'symlink' ? ` -> ${printable(file.target)}` : file.target && `  device ${file.target}`;
    const line = `${signs[kind]} ${modeText(file)} ${owner.padStart(7)} ${size.padStart(7)} ${name}${target}`;
    const notes = notesOn(change, below, names.get(file));
    if (file.type === 'file' && !names.has(file)) names.set(file, path);
    return withNotes(line, notes, paint[kind], style);
  });
}

/** Paths are never cut, as they are there to be copied; notes go to the next line where they do not fit. */
function withNotes(line: string, notes: string, paint: (text: string) => string, style: Style): string[] {
  if (notes === '') return [paint(line)];
  if (line.length + notes.length + 4 <= style.width) return [`${paint(line)}${style.dim(`  (${notes})`)}`];
  return [paint(line), ...wrap(`(${notes})`, style.width, ' '.repeat(NAME)).map(style.dim)];
}

/** @param link another name of the same file */
function notesOn(change: FileChange, below: number, link: string | undefined): string {
  const { kind, below: before, hiddenBy } = change;
  return [
    ...(link === undefined || kind === 'removed' ? [] : [`hard link of ${shownPath(link)}`]),
    ...(before && kind === 'removed' ? [`of layer ${before.layer}`] : []),
    ...(below > 0 ? [`with ${below} below it`] : []),
    ...(kind === 'changed' ? [differenceText(change)] : []),
    ...(hiddenBy === undefined ? [] : [`hidden by layer ${hiddenBy}`]),
  ].join('; ');
}

/** What went with its directory is counted and not listed. */
function collapsed(changes: readonly FileChange[]): { change: FileChange; below: number }[] {
  const lines: { change: FileChange; below: number }[] = [];
  let removed: { change: FileChange; below: number } | undefined;
  for (const change of changes) {
    const { kind, file, path } = change;
    if (kind === 'removed' && removed && path.startsWith(`${removed.change.path}/`)) {
      removed.below++;
      continue;
    }
    const line = { change, below: 0 };
    if (kind === 'removed' && file.type === 'directory') removed = line;
    lines.push(line);
  }
  return lines;
}
