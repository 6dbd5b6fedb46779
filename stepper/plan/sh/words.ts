/** Words of the script: what is known by a name there is written as a variable. */
import type { Known } from '../../../core/known.ts';
import { containerFiles, need } from '../../../core/paths.ts';
import { word } from '../../../tracer/describe/words.ts';
import { placeholders } from '../placeholders.ts';

type Variable = readonly [text: string, name: string];

export class Words {
  readonly #variables: readonly Variable[];
  readonly #any: RegExp;

  constructor(known: Known) {
    const id = need(known, 'id');
    const { merged, directory } = containerFiles(known.host.root, id);
    // The longest first: $MERGED begins with $CONTAINER, and that with $ROOT.
    this.#variables = [
      [merged, 'MERGED'],
      [directory, 'CONTAINER'],
      [known.host.root, 'ROOT'],
      [id, 'ID'],
      ...Object.entries(placeholders).map(([name, number]): Variable => [String(number), name]),
    ];
    this.#any = new RegExp(
      `(${this.#variables.map(([text]) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|')})`,
    );
  }

  /** One word, quoted where it has to be. */
  word(text: string): string {
    const parts = text.split(this.#any);
    if (parts.length === 1) return word(text);
    const written = parts.map((part, index) =>
      index % 2 === 0 ? escaped(part) : this.#variable(part, parts[index + 1] ?? ''),
    );
    return `"${written.join('')}"`;
  }

  words(argv: readonly string[]): string {
    return argv.map((each) => this.word(each)).join(' ');
  }

  #variable(text: string, next: string): string {
    const name = this.#variables.find(([value]) => value === text)?.[1] ?? '';
    return /^\w/.test(next) ? `\${${name}}` : `$${name}`;
  }
}

const escaped = (text: string): string => text.replace(/["$`\\]/g, '\\$&');

/** Text for the standard input or a file: a here-document as long as one can hold it. */
export function hereDocument(command: string, text: string): string[] {
  const lines = text.split('\n');
  if (lines.pop() !== '' || lines.includes('END')) return [`printf %s ${word(text)} | ${command}`];
  return [`${command} <<'END'`, ...lines, 'END'];
}

/** Text that nothing is expanded in. */
export const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
