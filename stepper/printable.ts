/** Names and texts of images and containers, for a terminal: they are anybody's, and a terminal takes orders from what it prints. */

// Besides control characters (C0, DEL, C1): what reorders text, so that a name could look like another one.
const orders = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

/** Anybody's text, without what a terminal would take for an order. */
export const printable = (text: string, { keep = '' } = {}): string =>
  text.replace(orders, (character) => {
    if (keep.includes(character)) return character;
    const code = character.codePointAt(0) ?? 0;
    return code < 0x100
      ? `\\x${code.toString(16).padStart(2, '0')}`
      : `\\u${code.toString(16).padStart(4, '0')}`;
  });

/** As ls(1) does it: a program that reads the output gets the text as it is, a person what is harmless. */
export const shownOn = ({ isTTY }: { isTTY?: boolean }, text: string, { keep = '' } = {}): string =>
  isTTY ? printable(text, { keep }) : text;
