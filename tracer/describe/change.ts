/**
 * Changes as lines for a person: `+ host.links.tsstep0.state  up`, `~ …  down → up`, `- …`. What belongs together is put on one
 * line: the fields of a mount, or the thirty mounts that pivot_root takes away.
 */
import type { Change } from '../diff.ts';
import { cut, value, visible } from './value.ts';

type Mark = '+' | '~' | '-';

export interface ChangeFormat {
  /** Columns of a line. A record goes on in further lines; what cannot be broken ends in `…`. */
  width: number;
  /** Entries at most, the last one being how many changes are not shown. */
  limit: number;
  /** Gives long paths the short names that the reader knows. */
  abbreviate?: (text: string) => string;
}

interface Node {
  change?: Change;
  children: Map<string, Node>;
  /** The mark that all leaves below have in common. */
  mark: Mark | undefined;
  leaves: number;
}

/** What is shown together: a head, and the parts of a record behind it. */
interface Entry {
  head: string;
  parts: readonly string[];
  leaves: number;
}

const marks = { add: '+', update: '~', remove: '-' } as const;
/** More siblings than this that come or go together are counted and named on one line. */
const FOLD = 5;
/** What the entries of a section are called. */
const nouns: Readonly<Record<string, string>> = {
  mounts: 'mounts',
  links: 'links',
  routes: 'routes',
  environ: 'variables',
  fds: 'descriptors',
  limits: 'limits',
  container: 'sections',
  host: 'sections',
};

export function describeChanges(changes: readonly Change[], format: ChangeFormat): string[] {
  const { width, limit } = format;
  const entries = entriesOf(treeOf(changes), []);
  const shown = entries.length > limit ? entries.slice(0, Math.max(0, limit - 1)) : entries;
  const lines = shown.flatMap((entry) => layOut(entry, format));
  if (shown.length === entries.length) return lines;
  const hidden = entries.slice(shown.length).reduce((sum, { leaves }) => sum + leaves, 0);
  return [...lines, cut(`  … ${hidden} more change${hidden === 1 ? '' : 's'}`, width)];
}

function layOut({ head, parts }: Entry, { width, abbreviate = (text) => text }: ChangeFormat): string[] {
  const lines: string[] = [];
  let line = abbreviate(head);
  for (const [index, part] of parts.entries()) {
    // What another part follows ends in a comma.
    const text = `${abbreviate(part)}${index < parts.length - 1 ? ',' : ''}`;
    if (index > 0 && [...line, ' ', ...text].length > width) {
      lines.push(line);
      line = `    ${text}`;
    } else line += ` ${text}`;
  }
  return [...lines, line].map((text) => cut(text, width));
}

/** The change as one line of any length. */
export function describeChange(change: Change): string {
  return `${marks[change.kind]} ${pathOf(change.path)}${value(change)}`.trimEnd();
}

function treeOf(changes: readonly Change[]): Node {
  const root = node();
  for (const change of withoutEmpty(changes)) {
    const mark = marks[change.kind];
    const trail = [root];
    for (const key of change.path) {
      const parent = trail.at(-1) ?? root;
      const child = parent.children.get(key) ?? node();
      parent.children.set(key, child);
      trail.push(child);
    }
    for (const each of trail) {
      each.mark = each.leaves === 0 || each.mark === mark ? mark : undefined;
      each.leaves++;
    }
    (trail.at(-1) ?? root).change = change;
  }
  return root;
}

function node(): Node {
  return { children: new Map(), mark: undefined, leaves: 0 };
}

/** "The empty record went" only matters where nothing came into it, and the other way round. */
function withoutEmpty(changes: readonly Change[]): readonly Change[] {
  const parents = new Set(
    changes.flatMap(({ path }) => path.map((_, depth) => JSON.stringify(path.slice(0, depth)))),
  );
  return changes.filter(
    (change) =>
      change.before !== undefined || change.after !== undefined || !parents.has(JSON.stringify(change.path)),
  );
}

function entriesOf(at: Node, path: readonly string[]): Entry[] {
  if (at.change) return [{ head: describeChange(at.change), parts: [], leaves: 1 }];
  const together = asRecord(at, path);
  if (together) return [together];
  const entries: Entry[] = [];
  const left = new Map(at.children);
  for (const mark of ['-', '+'] as const) {
    const folded = path.length === 0 ? [] : [...left].filter(([, child]) => child.mark === mark);
    if (
      folded.length <= FOLD ||
      (path.length > 1 && folded.length <= 2 * FOLD && folded.every(([, child]) => child.change))
    )
      continue;
    for (const [key] of folded) left.delete(key);
    entries.push(count(mark, path, folded));
  }
  for (const [key, child] of left) entries.push(...entriesOf(child, [...path, key]));
  return entries;
}

/** A record, such as a mount or a link, whose fields have come, gone or changed together. */
function asRecord(at: Node, path: readonly string[]): Entry | undefined {
  const { mark, children, leaves } = at;
  if (path.length < 3 || mark === undefined || children.size < 2) return undefined;
  const plain = [...children.values()].filter(({ change }) => change).length;
  const parts = [...children].map(([key, child]) => fields(key, child));
  if (2 * plain <= children.size || !parts.every((each) => each !== undefined)) return undefined;
  return { head: `${mark} ${pathOf(path)} `, parts: parts.flat(), leaves };
}

/** `mtu 1500`; of a record in the record, such as the addresses of a link, each entry: `inet 172.30.0.1/24 global`. */
function fields(key: string, { change, children }: Node): string[] | undefined {
  if (change) return [`${visible(key)}${value(change).replace(/^ +/, ' ')}`];
  const inner = [...children].map(([name, child]) => (child.change ? fields(name, child) : undefined));
  if (!inner.every((each) => each !== undefined)) return undefined;
  return inner.flat().map((each) => `${visible(key)} ${each}`);
}

function count(mark: Mark, path: readonly string[], folded: readonly (readonly [string, Node])[]): Entry {
  const noun = nouns[path.at(-1) ?? ''] ?? 'entries';
  const names = folded.map(([key]) => visible(key)).join(', ');
  return {
    head: `${mark} ${pathOf(path)}  ${folded.length} ${noun}: ${names}`,
    parts: [],
    leaves: folded.reduce((sum, [, child]) => sum + child.leaves, 0),
  };
}

function pathOf(path: readonly string[]): string {
  return path.map(visible).join('.');
}
