/** How text looks on this terminal: width and colours, or neither where nobody sees them. */
import { styleText } from 'node:util';

export interface Style {
  width: number;
  heading(text: string): string;
  dim(text: string): string;
  good(text: string): string;
  bad(text: string): string;
  changed(text: string): string;
  strong(text: string): string;
}

const identity = (text: string): string => text;

/** Colours only for a terminal that shows them: no-color.org, TERM=dumb, CI, a pipe. */
function colourful(stream: NodeJS.WriteStream, environment: NodeJS.ProcessEnv): boolean {
  const refused = environment.NO_COLOR || environment.TERM === 'dumb' || environment.CI;
  return stream.isTTY === true && !refused;
}

export function styleFor(stream: NodeJS.WriteStream, environment: NodeJS.ProcessEnv): Style {
  const colour = (format: Parameters<typeof styleText>[0]) =>
    colourful(stream, environment) ? (text: string) => styleText(format, text) : identity;
  return {
    get width() {
      return Math.max(40, stream.isTTY ? (stream.columns ?? 80) : 100);
    },
    heading: colour(['bold', 'cyan']),
    dim: colour('dim'),
    good: colour('green'),
    bad: colour('red'),
    changed: colour('yellow'),
    strong: colour('bold'),
  };
}

/** Words of `text` in lines of at most `width` columns, each behind `indent`. */
export function wrap(text: string, width: number, indent = ''): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line !== '' && indent.length + line.length + 1 + word.length > width) {
      lines.push(indent + line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  return line === '' ? lines : [...lines, indent + line];
}

/** `text` in at most `width` columns, with `…` where it was cut. */
export function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}
