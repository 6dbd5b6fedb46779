/** `tsstep inspect`: what is known about containers and images, in the words and the shape of docker's. */
import { failureOf, TsstepError } from '../../core/errors.ts';
import { findAmong, storedImages } from '../../core/image/store/stored.ts';
import type { Failure } from '../../core/operation.ts';
import { findContainer } from '../../core/store/containers.ts';
import { printText } from './format/print.ts';
import { imageDocument } from './image/document.ts';
import { containerDocument } from './inspect/container.ts';
import { forEach, openState } from './state.ts';
import { evaluate } from './template/evaluate.ts';
import { parse } from './template/parse.ts';

interface Flags {
  format?: string;
  /** With SizeRw and SizeRootFs. */
  size?: boolean;
  /** Undefined: a container, or an image where there is none. */
  type?: 'container' | 'image';
}

export async function inspect(references: readonly string[], flags: Flags): Promise<number> {
  const { format } = flags;
  // Docker reads it before it looks for anything.
  const template = format === undefined ? undefined : parse(format);
  const { root } = openState('inspect');
  const found: object[] = [];
  let said = false;
  const code = await forEach(references, async (reference) => {
    const shown = await documentOf(root, reference, flags);
    if (template === undefined) return void found.push(shown);
    printText(evaluate(template, shown));
    said = true;
  });
  if (template === undefined) printText(JSON.stringify(found, null, 4));
  // Docker ends its line whether there was one or not.
  else if (!said) printText('');
  return code;
}

/** @throws TsstepError no-such-container, no-such-image */
async function documentOf(root: string, reference: string, flags: Flags): Promise<object> {
  const { type, size = false } = flags;
  if (type === 'image') return await imageOf(root, reference);
  try {
    return await containerDocument(root, findContainer(root, reference), size);
  } catch (error) {
    if (type === 'container' || failureOf(error).code !== 'no-such-container') throw error;
    return await imageOf(root, reference).catch((second: unknown) => {
      throw isAbsent(second) ? neither(reference, failureOf(error)) : second;
    });
  }
}

async function imageOf(root: string, reference: string): Promise<object> {
  const { image } = findAmong(await storedImages(root), reference);
  return imageDocument(root, image);
}

/** What is no image's name is not there either. */
const isAbsent = (error: unknown): boolean =>
  ['no-such-image', 'bad-reference'].includes(failureOf(error).code);

function neither(reference: string, { what, remedy }: Failure): TsstepError {
  return new TsstepError({
    code: 'no-such-container',
    what: `No such object: ${reference}`,
    why: `${what}, and no image either`,
    remedy: `${remedy}, tsstep images all images`,
  });
}
