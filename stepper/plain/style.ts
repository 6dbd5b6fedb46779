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

/** Colours only for a terminal that shows them: no-color.org, TERM=dumb, CI, a pipe. */
function colourful(stream: NodeJS.WriteStream, environment: NodeJS.ProcessEnv): boolean {
  const refused = environment.NO_COLOR || environment.TERM === 'dumb' || environment.CI;
  return stream.isTTY === true && !refused;
}

/** What decides how text looks: of a terminal here, or of one at the other end of a socket. */
export interface Appearance {
  /** Columns; undefined: no terminal. */
  columns: number | undefined;
  colours: boolean;
}

export const appearanceOf = (stream: NodeJS.WriteStream, environment: NodeJS.ProcessEnv): Appearance => ({
  columns: stream.isTTY ? (stream.columns ?? 80) : undefined,
  colours: colourful(stream, environment),
});

export const styleFor = (stream: NodeJS.WriteStream, environment: NodeJS.ProcessEnv): Style =>
  styleOf(() => appearanceOf(stream, environment));

/** @param appearance asked anew each time: a window changes its size, another terminal takes over */
export function styleOf(appearance: () => Appearance): Style {
  const colour = (format: Parameters<typeof styleText>[0]) => (text: string) =>
    appearance().colours ? styleText(format, text) : text;
  return {
    get width() {
      return Math.max(40, appearance().columns ?? 100);
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
