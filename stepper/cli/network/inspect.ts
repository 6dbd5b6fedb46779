/** `tsstep network inspect`: docker's document of each network. */
import { findNetwork } from '../../../core/network/store.ts';
import { printText } from '../format/print.ts';
import { forEach, openState } from '../state.ts';
import { render } from '../template/render.ts';
import { networkDocument } from './document.ts';

export async function inspect(
  references: readonly string[],
  { format }: { format?: string },
): Promise<number> {
  const places = openState('network inspect');
  const found: object[] = [];
  const code = await forEach(references, (reference) => {
    const document = networkDocument(places, findNetwork(places.root, reference));
    if (format === undefined) found.push(document);
    else printText(render(format, document));
  });
  if (format === undefined) printText(JSON.stringify(found, null, 4));
  return code;
}
