/** `layers`: what `tsstep image show` prints, of the very image that this run is made of. */
import { lookInside } from '../../core/image/inside/index.ts';
import type { ImageInside } from '../../core/image/inside/types.ts';
import { imageOf } from '../../core/known.ts';
import { layerLines } from '../layers/layer-lines.ts';
import { stackLines } from '../layers/stack-lines.ts';
import { abbreviate } from '../plain/abbreviate.ts';
import type { Session } from '../session/session.ts';
import type { Command, CommandContext } from './command.ts';

/** Undefined: it is not known yet. @throws `bad-image` */
export async function insideOf({ known }: Session): Promise<ImageInside | undefined> {
  const image = imageOf(known);
  return image && (await lookInside(known.host.root, image));
}

async function layers(
  { pause: { session }, style }: CommandContext,
  number: string,
): Promise<readonly string[]> {
  const inside = await insideOf(session);
  if (!inside) return ['which image it is comes out in the first operation: `step`, and then `layers`'];
  if (number === '') return stackLines(inside, style);
  const layer = inside.layers.find((each) => String(each.number) === number);
  return layer
    ? layerLines(inside, layer, style)
    : [`there is no layer "${number}": they are counted from 1, the lowest, to ${inside.layers.length}`];
}

export const layersCommand: Command = {
  name: 'layers',
  key: 'l',
  argument: '[N]',
  group: 'look',
  help: 'the image’s layers as a stack, or the files of layer N',
  run: async (context, number) => {
    const lines = await layers(context, number);
    return context.print(lines.map((line) => abbreviate(line, context.look.known)));
  },
};
