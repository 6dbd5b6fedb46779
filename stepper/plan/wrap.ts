/** Breaks text at spaces. A word that is longer than a line stays whole: a path is there to be copied. */
export function wrap(text: string, prefix: string, rest = prefix, width = 80): string[] {
  const lines: string[] = [];
  let line = prefix;
  let empty = true;
  for (const word of text.split(' ')) {
    if (!empty && line.length + 1 + word.length > width) {
      lines.push(line);
      line = rest;
      empty = true;
    }
    line += empty ? word : ` ${word}`;
    empty = false;
  }
  return [...lines, line];
}
