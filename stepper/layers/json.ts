import type { FileChange, ImageInside, LayerInside } from '../../core/image/inside/types.ts';
import type { FileHistory } from '../../core/image/inside/versions.ts';

/** For programs. Layers are lowest first, as in the manifest; sizes are bytes. */
export function imageJson(inside: ImageInside, files: boolean): object {
  const { name, id, layers, settings, waste } = inside;
  return {
    name,
    id,
    size: layers.reduce((sum, { bytes }) => sum + bytes, 0),
    wasted: waste.reduce((sum, { bytes }) => sum + bytes, 0),
    layers: layers.map((layer) => layerJson(layer, files)),
    settings,
    waste: waste.map((each) => ({ ...each, path: `/${each.path}` })),
  };
}

export function layerJson(one: LayerInside, files: boolean): object {
  const { number, instruction, created, layer, bytes, wasted, counts, opaque, users, repeatedAs, changes } =
    one;
  const { digest, diffId, mediaType, size, directory, unpacked } = layer;
  return {
    number,
    ...(instruction === undefined ? {} : { instruction }),
    ...(created === undefined ? {} : { created }),
    size: bytes,
    wasted,
    ...counts,
    opaque: opaque.map((path) => `/${path}`),
    sharedWith: users,
    ...(repeatedAs === undefined ? {} : { repeatedAs }),
    diffId,
    blob: { digest, mediaType, size },
    ...(unpacked ? { directory } : {}),
    ...(files ? { changes: changes.map(changeJson) } : {}),
  };
}

export function historyJson({ path, versions, seen }: FileHistory): object {
  return {
    path: `/${path}`,
    seen: seen ?? null,
    versions: versions.map(({ layer, change }) => ({ layer, ...changeJson(change) })),
  };
}

function changeJson({ path, kind, file, below, sameContent, hiddenBy }: FileChange): object {
  const { type, mode, uid, gid, size, target } = file;
  return {
    path: `/${path}`,
    change: kind,
    type,
    mode,
    uid,
    gid,
    size,
    ...(type === 'symlink' ? { target } : target ? { device: target } : {}),
    ...(below ? { below: below.layer } : {}),
    ...(sameContent ? { sameContent } : {}),
    ...(hiddenBy === undefined ? {} : { hiddenBy }),
  };
}

/** JSON leaves some characters as they are that a terminal takes for orders. */
export const jsonText = (value: unknown): string =>
  `${JSON.stringify(value, null, 2).replace(
    /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )}\n`;
