/** `tsstep image show`: what is inside an image. What was asked for goes to stdout, remarks about a file's versions to stderr. */
import { TsstepError } from '../../core/errors.ts';
import { lookInside } from '../../core/image/inside/index.ts';
import type { ImageInside, LayerInside } from '../../core/image/inside/types.ts';
import { fileHistory } from '../../core/image/inside/versions.ts';
import { notMade } from '../../core/image/store/names.ts';
import { resolveImage } from '../../core/image/store/resolve.ts';
import type { ResolvedImage } from '../../core/image/types.ts';
import { historyJson, imageJson, jsonText, layerJson } from '../layers/json.ts';
import { layerLines } from '../layers/layer-lines.ts';
import { stackLines } from '../layers/stack-lines.ts';
import { shownPath } from '../layers/words.ts';
import { styleFor } from '../plain/style.ts';
import { showDiff } from './image-diff.ts';
import { showFile } from './image-file.ts';
import { openState } from './state.ts';

export interface ShowFlags {
  layer?: number;
  files?: boolean;
  file?: string;
  diff?: string;
  layers?: [from: number, to: number];
  json?: boolean;
}

/** @returns 1 when no container would see the file that was asked for */
export async function imageShow(name: string, flags: ShowFlags): Promise<number> {
  checkFlags(flags);
  const { root } = openState('image show');
  const inside = await lookInside(root, await storedImage(root, name));
  for (const number of [flags.layer, ...(flags.layers ?? [])])
    if (number !== undefined) layerOf(inside, number);
  const { file, diff, json = false } = flags;
  const path = file ?? diff;
  if (path === undefined) return show(inside, flags);
  const history = fileHistory(inside, path);
  if (history.versions.length === 0) throw noSuchFile(inside, path, history.path);
  if (json) return print(jsonText(historyJson(history)));
  if (file !== undefined) return await showFile(root, inside, history, flags.layer);
  return await showDiff(root, inside, history, flags.layers);
}

function show(inside: ImageInside, { layer: number, files = false, json = false }: ShowFlags): number {
  const layer = number === undefined ? undefined : layerOf(inside, number);
  if (json) return print(jsonText(layer ? layerJson(layer, true) : imageJson(inside, files)));
  const style = styleFor(process.stdout, process.env);
  if (layer) return print(text(layerLines(inside, layer, style)));
  const each = files
    ? [...inside.layers].reverse().flatMap((one) => ['', ...layerLines(inside, one, style)])
    : [];
  return print(text([...stackLines(inside, style), ...each]));
}

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}

const text = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');

async function storedImage(root: string, name: string): Promise<ResolvedImage> {
  const lookup = await resolveImage(root, name);
  if ('found' in lookup) return lookup.found;
  throw notMade(name);
}

function layerOf({ name, layers }: ImageInside, number: number): LayerInside {
  const layer = layers[number - 1];
  if (layer) return layer;
  throw new TsstepError({
    code: 'usage',
    what: `${name} has no layer ${number}`,
    why: `it has ${layers.length}, counted from 1, the lowest`,
    remedy: `tsstep image show ${name} lists them`,
  });
}

function checkFlags({ layer, files, file, diff, layers, json }: ShowFlags): void {
  const asked = Object.entries({ files, file, diff }).filter(([, value]) => value !== undefined);
  if (asked.length > 1)
    throw conflict(asked.map(([name]) => `--${name}`).join(' and '), 'each of them asks for something else');
  if (layers && diff === undefined)
    throw conflict('--layers without --diff', 'it says which versions to compare');
  if (layer !== undefined && diff !== undefined)
    throw conflict('--layer and --diff', 'a comparison takes two layers: --layers A..B');
  if (json && diff !== undefined)
    throw conflict('--json and --diff', 'the difference is text, made by diff(1)');
}

const conflict = (what: string, why: string): TsstepError =>
  new TsstepError({
    code: 'usage',
    what: `tsstep image show: ${what}`,
    why,
    remedy: 'tsstep image show --help',
  });

/** @param found where `path` leads by the image's symlinks */
function noSuchFile({ name, seen }: ImageInside, path: string, found: string): TsstepError {
  const directory = found === '' || seen(found)?.file.type === 'directory';
  const direct = found === path.replace(/^\/+/, '');
  return new TsstepError({
    code: 'usage',
    what: directory
      ? `${JSON.stringify(path)} is a directory`
      : `no layer of ${name} has a file ${JSON.stringify(path)}`,
    why: directory
      ? 'only files have content'
      : direct
        ? 'neither to add, nor to change, nor to remove it'
        : `the image has nothing at ${shownPath(found)}, where it leads`,
    remedy: `tsstep image show ${name} --files lists the files of every layer`,
  });
}
