/**
 * Changes as lines for a person: `+ host.links.tsstep0.state  up`, `~ …  down → up`, `- …`. What belongs together is put on one
 * line: the fields of a mount, or the thirty mounts that pivot_root takes away.
 */
import type { Change } from '../diff.ts';
import { cut, value, visible } from './value.ts';

type Mark = '+' | '~' | '-';

export interface ChangeFormat {
  /** Columns of a line; longer ones end in `…`. */
  width: number;
  /** Lines at most; the last one then says how many changes are not shown. */
  limit: number;
}

interface Node {
  change?: Change;
  children: Map<string, Node>;
  /** The mark that all leaves below have in common. */
  mark: Mark | undefined;
  leaves: number;
}

interface Line {
  text: string;
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

export function describeChanges(changes: readonly Change[], { width, limit }: ChangeFormat): string[] {
  const lines = render(treeOf(changes), [], width);
  const shown = lines.length > limit ? lines.slice(0, Math.max(0, limit - 1)) : lines;
  const hidden = lines.slice(shown.length).reduce((sum, { leaves }) => sum + leaves, 0);
  const texts = shown.map(({ text }) => cut(text, width));
  if (shown.length === lines.length) return texts;
  return [...texts, cut(hidden > 0 ? `  … ${hidden} more change${hidden === 1 ? '' : 's'}` : '    …', width)];
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

function render(at: Node, path: readonly string[], width: number): Line[] {
  if (at.change) return [{ text: describeChange(at.change), leaves: 1 }];
  const together = asRecord(at, path, width);
  if (together) return together;
  const lines: Line[] = [];
  const left = new Map(at.children);
  for (const mark of ['-', '+'] as const) {
    const folded = path.length === 0 ? [] : [...left].filter(([, child]) => child.mark === mark);
    if (
      folded.length <= FOLD ||
      (path.length > 1 && folded.length <= 2 * FOLD && folded.every(([, child]) => child.change))
    )
      continue;
    for (const [key] of folded) left.delete(key);
    lines.push(count(mark, path, folded));
  }
  for (const [key, child] of left) lines.push(...render(child, [...path, key], width));
  return lines;
}

/** A record, such as a mount or a link, whose fields have come, gone or changed together: as few lines as it needs. */
function asRecord(at: Node, path: readonly string[], width: number): Line[] | undefined {
  if (path.length < 3 || at.mark === undefined || at.children.size < 2) return undefined;
  const lines: string[] = [];
  let line = `${at.mark} ${pathOf(path)} `;
  let separator = ' ';
  for (const [key, { change }] of at.children) {
    if (!change) return undefined;
    const part = `${visible(key)}${value(change).replace(/^ +/, ' ')}`;
    if ([...line, ...separator, ...part].length > width && separator !== ' ') {
      lines.push(`${line},`);
      line = `    ${part}`;
    } else line += `${separator}${part}`;
    separator = ', ';
  }
  return [...lines, line].map((text, index) => ({ text, leaves: index === 0 ? at.leaves : 0 }));
}

function count(mark: Mark, path: readonly string[], entries: readonly (readonly [string, Node])[]): Line {
  const noun = nouns[path.at(-1) ?? ''] ?? 'entries';
  const leaves = entries.reduce((sum, [, child]) => sum + child.leaves, 0);
  return {
    text: `${mark} ${pathOf(path)}  ${entries.length} ${noun}: ${entries.map(([key]) => visible(key)).join(', ')}`,
    leaves,
  };
}

function pathOf(path: readonly string[]): string {
  return path.map(visible).join('.');
}
