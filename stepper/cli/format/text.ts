import { printable } from '../../printable.ts';

/** Twelve digits of an ID, without `sha256:`: as much as docker shows. */
export const shortId = (id: string): string => id.replace(/^sha256:/, '').slice(0, 12);

/** Cut to `length` characters, the last one being an ellipsis. */
export function ellipsis(text: string, length: number): string {
  const characters = [...text];
  return characters.length <= length ? text : `${characters.slice(0, length - 1).join('')}…`;
}

/**
 * In double quotes, as Go's strconv.Quote writes it. What a terminal would take for an order is escaped: a command is anybody's
 * text.
 */
export function quoted(text: string): string {
  const escaped = JSON.stringify(text).replace(/\\u00([0-9a-f]{2})/g, '\\x$1');
  return printable(escaped);
}

/** The command line of ps: a word with a blank in it stands in single quotes. */
export function commandLine(argv: readonly string[], truncate: boolean): string {
  const [path = '', ...words] = argv;
  const line = [path, ...words.map((word) => (word.includes(' ') ? `'${word}'` : word))].join(' ');
  return quoted(truncate ? ellipsis(line, 20) : line);
}
