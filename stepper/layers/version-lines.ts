import type { ImageInside } from '../../core/image/inside/types.ts';
import type { FileHistory } from '../../core/image/inside/versions.ts';
import { humanSize } from '../cli/format/size.ts';
import { cut, type Style } from '../plain/style.ts';
import { differenceText, instructionText, shownPath, signs } from './words.ts';

/** Which layers have the file, the top one first, and which of them a container sees. */
export function versionLines(
  inside: ImageInside,
  { path, versions, seen }: FileHistory,
  style: Style,
): string[] {
  const last = versions.at(-1)?.layer;
  const verdict =
    seen === undefined ? `hidden: layer ${last} removes it` : `a container sees that of layer ${seen}`;
  return [
    `${style.heading(shownPath(path))}  ${verdict}`,
    ...[...versions].reverse().map(({ layer, change }) => {
      const { kind, file } = change;
      const of = inside.layers.find(({ number }) => number === layer);
      const size = kind === 'removed' ? '' : humanSize(file.size);
      const difference = kind === 'changed' ? `(${differenceText(change)})  ` : '';
      const made = of ? instructionText(of) : '';
      return cut(
        `  layer ${String(layer).padStart(2)}  ${signs[kind]} ${size.padStart(7)}  ${difference}${made}`,
        style.width,
      );
    }),
  ];
}
