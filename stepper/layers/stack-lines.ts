/** An image’s layers as a stack: the top line is the top layer, as in overlayfs’s list of lowerdirs. */
import type { ImageInside, LayerInside, Waste } from '../../core/image/inside/types.ts';
import { humanSize } from '../cli/format/size.ts';
import { shortId } from '../cli/format/text.ts';
import { cut, type Style, wrap } from '../plain/style.ts';
import { printable } from '../printable.ts';
import { counted, instructionText, ranges, shownPath, wasteText } from './words.ts';

/** The biggest ones tell the story. */
const WASTE_SHOWN = 5;
/** From here on there is room for the IDs under which `<root>/layers` has the layers. */
const WIDE = 100;

export function stackLines(inside: ImageInside, style: Style): string[] {
  const { name, id, layers } = inside;
  const bytes = total(layers, ({ bytes }) => bytes);
  const stored = total(layers, ({ layer }) => layer.size);
  return [
    `${style.heading(printable(name))}  ${style.dim(shortId(id))}`,
    `${counted(layers.length, 'layer')}, ${humanSize(bytes)} of files, ${humanSize(stored)} as stored`,
    '',
    ...table(layers, style),
    '',
    ...wrap(
      `Layer ${layers.length} is on top: what is above hides what is below. SIZE is that of the files in a layer; + ~ - are files that ` +
        'it adds, changes and removes; WASTED is what layers above hide of it.',
      style.width,
    ).map(style.dim),
    ...wasteLines(inside.waste, bytes, style),
    ...userLines(layers, style),
    ...settingLines(inside, style),
  ];
}

function table(layers: readonly LayerInside[], style: Style): string[] {
  const wide = style.width >= WIDE;
  const digits = Math.max(2, String(layers.length).length);
  const facts = (cells: readonly string[]): string =>
    cells.map((cell, index) => cell.padStart([digits, 8, 7, 6, 6, 8][index] ?? 0)).join('');
  const head = `${facts(['#', 'SIZE', '+', '~', '-', 'WASTED'])}  ${wide ? 'LAYER         ' : ''}INSTRUCTION`;
  const above = ' '.repeat(digits - 1);
  return [
    style.strong(head),
    style.dim(cut(`${above}▲ on top of these comes the writable layer of each container`, style.width)),
    ...[...layers].reverse().map((layer) => {
      const { number, bytes, counts, wasted, layer: source } = layer;
      const { added, changed, removed } = counts;
      const plain = [
        String(number),
        humanSize(bytes),
        added.files,
        changed.files,
        removed.files,
        humanSize(wasted),
      ];
      const row = painted(facts(plain.map(String)), digits, style, layer);
      const id = wide ? `${source.link}  ` : '';
      const room = style.width - (digits + 37 + id.length);
      return `${row}  ${style.dim(id)}${cut(instructionText(layer), room)}`;
    }),
  ];
}

/** Colours go on after the columns are made, as they have letters and no width. */
function painted(row: string, digits: number, style: Style, { counts, wasted }: LayerInside): string {
  const at = (from: number, to: number) => row.slice(digits + from, digits + to);
  const unless = (zero: boolean, paint: (text: string) => string) => (zero ? style.dim : paint);
  return [
    row.slice(0, digits + 8),
    unless(counts.added.files === 0, style.good)(at(8, 15)),
    unless(counts.changed.files === 0, style.changed)(at(15, 21)),
    unless(counts.removed.files === 0, style.bad)(at(21, 27)),
    unless(wasted === 0, style.bad)(at(27, 35)),
  ].join('');
}

function wasteLines(waste: readonly Waste[], bytes: number, style: Style): string[] {
  const wasted = waste.reduce((sum, each) => sum + each.bytes, 0);
  if (wasted === 0) return [];
  const percent = ((100 * wasted) / bytes).toFixed(1);
  const shown = waste.slice(0, WASTE_SHOWN);
  const rest = waste.length - shown.length;
  const width = Math.max(...shown.map(({ path }) => shownPath(path).length));
  return [
    '',
    `${style.strong('Wasted')}: ${humanSize(wasted)} of ${humanSize(bytes)} (${percent}%), in the image and seen by no container`,
    ...shown.map((each) =>
      cut(
        `${humanSize(each.bytes).padStart(8)}  ${shownPath(each.path).padEnd(Math.min(width, 40))}  ${wasteText(each)}`,
        style.width,
      ),
    ),
    ...(rest > 0 ? [style.dim(`          and ${counted(rest, 'more file')}`)] : []),
  ];
}

function userLines(layers: readonly LayerInside[], style: Style): string[] {
  const found = new Map<string, { kind: string; name: string; numbers: number[]; bytes: number }>();
  const note = (kind: string, name: string, { number, bytes }: LayerInside) => {
    const user = found.get(`${kind} ${name}`) ?? { kind, name: printable(name), numbers: [], bytes: 0 };
    user.numbers.push(number);
    user.bytes += bytes;
    found.set(`${kind} ${name}`, user);
  };
  for (const layer of layers) for (const name of layer.users.images) note('image', name, layer);
  for (const layer of layers) for (const name of layer.users.containers) note('container', name, layer);
  if (found.size === 0) return ['', style.dim('No other image and no container has any of these layers.')];
  const width = Math.max(...[...found.values()].map(({ name }) => name.length));
  return [
    '',
    `${style.strong('Shared')}, and on this machine only once`,
    ...[...found.values()].map(({ kind, name, numbers, bytes }) =>
      cut(
        `  ${kind.padEnd(9)}  ${name.padEnd(Math.min(width, 30))}  ${numbers.length === 1 ? 'layer' : 'layers'} ${ranges(numbers)}, ${humanSize(bytes)}`,
        style.width,
      ),
    ),
  ];
}

function settingLines({ settings }: ImageInside, style: Style): string[] {
  if (settings.length === 0) return [];
  return [
    '',
    `${style.strong('Settings')}: steps of the build that have no layer`,
    ...settings.map(({ instruction }) => cut(`  ${printable(instruction)}`, style.width)),
  ];
}

const total = (layers: readonly LayerInside[], of: (layer: LayerInside) => number): number =>
  layers.reduce((sum, layer) => sum + of(layer), 0);
