/**
 * Changes as lines for a person: `+ host.links.tsstep0.state  up`, `~ …  down → up`, `- …`. What belongs together is put on one
 * line: the fields of a mount, or the thirty mounts that pivot_root takes away.
 */
import type { Change } from '../diff.ts';
import type { Scalar } from '../snapshot.ts';

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
  return hidden > 0 ? [...texts, cut(`  … ${hidden} more change${hidden === 1 ? '' : 's'}`, width)] : texts;
}

/** The change as one line, not shortened. */
export function describeChange(change: Change): string {
  return `${marks[change.kind]} ${pathOf(change.path)}${valueOf(change)}`.trimEnd();
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
  const parents = new Set(changes.flatMap(({ path }) => path.map((_, depth) => JSON.stringify(path.slice(0, depth)))));
  return changes.filter((change) => change.before !== undefined || change.after !== undefined || !parents.has(JSON.stringify(change.path)));
}

function render(at: Node, path: readonly string[], width: number): Line[] {
  if (at.change) return [{ text: describeChange(at.change), leaves: 1 }];
  const together = asOneLine(at, path);
  if (together && together.text.length <= width) return [together];
  const lines: Line[] = [];
  const left = new Map(at.children);
  for (const mark of ['-', '+'] as const) {
    const folded = path.length === 0 ? [] : [...left].filter(([, child]) => child.mark === mark);
    if (folded.length <= FOLD || (path.length > 1 && folded.length <= 2 * FOLD && folded.every(([, child]) => child.change))) continue;
    for (const [key] of folded) left.delete(key);
    lines.push(count(mark, path, folded));
  }
  for (const [key, child] of left) lines.push(...render(child, [...path, key], width));
  return lines;
}

/** A record, such as a mount or a link, whose fields have come, gone or changed together. */
function asOneLine(at: Node, path: readonly string[]): Line | undefined {
  if (path.length < 3 || at.mark === undefined || at.children.size < 2) return undefined;
  const parts: string[] = [];
  for (const [key, { change }] of at.children) {
    if (!change) return undefined;
    parts.push(`${key}${valueOf(change).replace(/^ +/, ' ')}`);
  }
  return { text: `${at.mark} ${pathOf(path)}  ${parts.join(', ')}`, leaves: at.leaves };
}

function count(mark: Mark, path: readonly string[], entries: readonly (readonly [string, Node])[]): Line {
  const noun = nouns[path.at(-1) ?? ''] ?? 'entries';
  const leaves = entries.reduce((sum, [, child]) => sum + child.leaves, 0);
  return { text: `${mark} ${pathOf(path)}  ${entries.length} ${noun}: ${entries.map(([key]) => key).join(', ')}`, leaves };
}

function pathOf(path: readonly string[]): string {
  return path.map(visible).join('.');
}

/** `  up`, `  down → up`; nothing for `true`, where the key says it all. */
function valueOf({ kind, before, after }: Change): string {
  if (kind !== 'update') {
    const value = kind === 'add' ? after : before;
    return value === true ? '' : `  ${show(value)}`;
  }
  return `  ${listChange(before, after) ?? `${show(before)} → ${show(after)}`}`;
}

/** Long comma lists, such as capabilities or mount options: only what was lost and what was gained. */
function listChange(before: Scalar | undefined, after: Scalar | undefined): string | undefined {
  if (typeof before !== 'string' || typeof after !== 'string') return undefined;
  const [old, now] = [before, after].map((list) => list.split(',').filter(Boolean)) as [string[], string[]];
  const lost = old.filter((each) => !now.includes(each));
  const gained = now.filter((each) => !old.includes(each));
  if (Math.max(old.length, now.length) < 4 || lost.length + gained.length >= old.length + now.length) return undefined;
  return [lost.length > 0 && `lost ${lost.join(',')}`, gained.length > 0 && `gained ${gained.join(',')}`].filter(Boolean).join('; ') || undefined;
}

function show(value: Scalar | undefined): string {
  if (value === undefined) return '(empty record)';
  if (value === '') return '(empty)';
  return visible(String(value));
}

/** Control characters would move the cursor: a file name or a variable can hold any. */
function visible(text: string): string {
  return text.replace(/\p{Cc}/gu, (character) => (character === '\n' ? '⏎' : JSON.stringify(character).slice(1, -1).replace(/^[\u007f-\u009f]$/u, '�')));
}

function cut(text: string, width: number): string {
  const characters = [...text];
  return characters.length <= width ? text : `${characters.slice(0, Math.max(0, width - 1)).join('')}…`;
}
