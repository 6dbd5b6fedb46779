import { configSchema, manifestSchema, parseJson } from '../schema.ts';
import { readBlob } from '../store/blobs.ts';
import { imageLayers } from '../store/resolve.ts';
import type { ImageLayer, ResolvedImage } from '../types.ts';
import { buildSteps } from './history.ts';
import { fileDigest, listLayer } from './source.ts';
import { LayerStack } from './stack.ts';
import type { ImageInside, LayerList } from './types.ts';
import { layerUsers } from './users.ts';

const nothing: LayerList = { files: new Map(), removed: new Set(), opaque: new Set() };

/**
 * Read an image of the store layer by layer. Of the content, only as much is kept as there are names; a layer that is not
 * unpacked is decompressed once.
 * @throws `bad-image` when a layer is missing, damaged or unsafe
 */
export async function lookInside(root: string, { name, id, digest }: ResolvedImage): Promise<ImageInside> {
  const what = `the image ${name}`;
  const manifest = parseJson(manifestSchema, await readBlob(root, digest), `the manifest of ${what}`);
  const config = parseJson(configSchema, await readBlob(root, id), `the configuration of ${what}`);
  const layers = imageLayers(root, manifest, config, { what });
  const { steps, settings } = buildSteps(config.history, layers.length);
  const usersOf = await layerUsers(root, id);

  const stack = new LayerStack((number, path, file) => fileDigest(layerAt(layers, number), path, file));
  const repeats = layers.map(({ diffId }, index) => repeatedAs(layers, diffId, index));
  for (const [index, layer] of layers.entries())
    stack.add(repeats[index] === undefined ? await listLayer(root, layer) : nothing);

  return {
    name,
    id,
    layers: stack.layers.map((changes, index) => {
      const layer = layerAt(layers, index + 1);
      const repeated = repeats[index];
      return {
        ...changes,
        ...steps[index],
        number: index + 1,
        layer,
        users: usersOf(layer.diffId),
        ...(repeated === undefined ? {} : { repeatedAs: repeated }),
      };
    }),
    settings,
    waste: stack.waste,
    seen: (path) => stack.seen(path),
  };
}

/** Counted from 1, as in everything that is shown. */
function layerAt(layers: readonly ImageLayer[], number: number): ImageLayer {
  const layer = layers[number - 1];
  if (!layer) throw new RangeError(`there is no layer ${number}`);
  return layer;
}

function repeatedAs(layers: readonly ImageLayer[], diffId: string, index: number): number | undefined {
  const last = layers.findLastIndex((layer) => layer.diffId === diffId);
  return last > index ? last + 1 : undefined;
}
