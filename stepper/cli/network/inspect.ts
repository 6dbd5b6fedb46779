/** `tsstep network inspect`: docker's document of each network. */
import { findNetwork } from '../../../core/network/store.ts';
import { shownOn } from '../../printable.ts';
import { forEach, openState } from '../state.ts';
import { render } from '../template/render.ts';
import { networkDocument } from './document.ts';

const say = (text: string): void =>
  void process.stdout.write(`${shownOn(process.stdout, text, { keep: '\n\t' })}\n`);

export async function inspect(
  references: readonly string[],
  { format }: { format?: string },
): Promise<number> {
  const places = openState('network inspect');
  const found: object[] = [];
  const code = await forEach(references, (reference) => {
    const document = networkDocument(places, findNetwork(places.root, reference));
    if (format === undefined) found.push(document);
    else say(render(format, document));
  });
  if (format === undefined) say(JSON.stringify(found, null, 4));
  return code;
}
