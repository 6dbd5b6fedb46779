/** Values and names of a snapshot as a person reads them. */
import type { Change } from '../diff.ts';
import type { Scalar } from '../snapshot.ts';

/** `<rootfs>` as in the lines of strace. */
const directories: Readonly<Record<string, string>> = {
  merged: '<rootfs>',
  upper: '<upper>',
  work: '<work>',
};

/** `  up`, `  down → up`; nothing for `true`, where the key says it all. */
export function value({ kind, before, after }: Change): string {
  if (kind !== 'update') {
    const its = kind === 'add' ? after : before;
    return its === true ? '' : `  ${show(its)}`;
  }
  return `  ${listChange(before, after) ?? `${show(before)} → ${show(after)}`}`;
}

/** Long comma lists, such as capabilities or mount options, and the lines of a file: only what was lost and what was gained. */
function listChange(before: Scalar | undefined, after: Scalar | undefined): string | undefined {
  if (typeof before !== 'string' || typeof after !== 'string') return undefined;
  const between = before.includes('\n') || after.includes('\n') ? '\n' : ',';
  const [old, now] = [before, after].map((list) => list.split(between).filter(Boolean)) as [
    string[],
    string[],
  ];
  const lost = old.filter((each) => !now.includes(each));
  const gained = now.filter((each) => !old.includes(each));
  if (Math.max(old.length, now.length) < 4 || lost.length + gained.length >= old.length + now.length)
    return undefined;
  return (
    [
      lost.length > 0 && `lost ${show(lost.join(between))}`,
      gained.length > 0 && `gained ${show(gained.join(between))}`,
    ]
      .filter(Boolean)
      .join('; ') || undefined
  );
}

function show(value: Scalar | undefined): string {
  if (value === undefined) return '(none)';
  if (value === '') return '(empty)';
  return visible(String(value));
}

/** Control characters would move the cursor: a file name or a variable can hold any. */
export function visible(text: string): string {
  return short(text).replace(/\p{Cc}/gu, (character) => (character === '\n' ? '⏎' : escaped(character)));
}

function escaped(character: string): string {
  return character < ' ' ? JSON.stringify(character).slice(1, -1) : '�';
}

/** An id is recognised by its first 12 digits; the container's own directories are called what their mount calls them. */
function short(text: string): string {
  return text
    .replace(
      /\/[^\s,:=]*\/containers\/[0-9a-f]{64}\/(merged|upper|work)(?![\w.-])/g,
      (_, name: string) => directories[name] ?? name,
    )
    .replace(/\b([0-9a-f]{12})[0-9a-f]{52}\b/g, '$1');
}

export function cut(text: string, width: number): string {
  const characters = [...text];
  return characters.length <= width ? text : `${characters.slice(0, Math.max(0, width - 1)).join('')}…`;
}
