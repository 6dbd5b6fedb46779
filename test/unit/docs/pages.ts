/** The documentation as the tests here read it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

export const root = join(import.meta.dirname, '../../..');

export const page = (path: string): string => readFileSync(join(root, path), 'utf8');

/** Every page, relative to the root. */
export function pages(): string[] {
  const below = readdirSync(join(root, 'docs'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.md'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
  return ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'labs/README.md', ...below].sort();
}

const cells = (line: string): string[] =>
  line
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim().replaceAll('\\|', '|'));

/** The rows of every table whose first heading is `heading`. */
export function rows(text: string, heading: string): string[][] {
  const found: string[][] = [];
  let inside = false;
  for (const line of text.split('\n')) {
    const row = line.startsWith('|') ? cells(line) : undefined;
    if (!row) inside = false;
    else if (inside && !/^-+$/.test(row[0] ?? '')) found.push(row);
    else if (row[0] === heading) inside = true;
  }
  return found;
}

/** What a cell or a paragraph has in backticks. */
export const codes = (text: string): string[] =>
  [...text.matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);

/** Text by `## ` heading. */
export function sections(text: string): Map<string, string> {
  const parts = text.split(/^## /m).slice(1);
  return new Map(parts.map((part) => [part.slice(0, part.indexOf('\n')), part.slice(part.indexOf('\n'))]));
}
