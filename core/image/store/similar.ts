import { splitReference } from '../reference.ts';

/** The names that a person may have meant by `wanted`, most similar first, at most three. */
export function similarNames(wanted: string, names: readonly string[]): string[] {
  const { name: repository, tag } = splitReference(wanted);
  return names
    .map((name) => {
      const { name: otherRepository, tag: otherTag } = splitReference(name);
      const distance = editDistance(repository, otherRepository);
      const contained =
        repository.length > 2 &&
        (otherRepository.includes(repository) || repository.includes(otherRepository));
      const swapped = sorted(repository) === sorted(otherRepository);
      const near = distance <= Math.max(1, Math.round(repository.length * 0.4)) || contained || swapped;
      return { name, near, distance: distance + (tag === otherTag ? 0 : 0.5) };
    })
    .filter(({ near }) => near)
    .sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1))
    .slice(0, 3)
    .map(({ name }) => name);
}

/** `did you mean …? ` for a name that is almost one of these; else nothing. */
export function didYouMean(wanted: string, names: readonly string[]): string {
  const similar = similarNames(wanted, names).map((name) => `\`${name}\``);
  return similar.length > 0 ? `did you mean ${similar.join(' or ')}? ` : '';
}

/** Two letters that have changed places are one mistake, and two edits. */
const sorted = (text: string): string => [...text].sort().join('');

/** Levenshtein distance. */
export function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(changed, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
