/** Docker's filters for images: `label=KEY[=VALUE]`, `until=24h`. Of one kind, any may fit; of different kinds, all have to. */
import { TsstepError } from '../../errors.ts';
import { type Filters as FiltersOf, goBoolean, hasLabel, momentOf, readFilters } from '../../filters.ts';
import { familiarName, familiarRepository } from '../reference.ts';
import type { Descriptor } from '../schema.ts';
import { storedName } from './layout.ts';
import { storedReference } from './names.ts';
import { findAmong, namedEntries, type StoredImage } from './stored.ts';

export const listFilters = ['dangling', 'label', 'before', 'since', 'reference', 'until'] as const;
export const pruneFilters = ['dangling', 'label', 'label!', 'until'] as const;

export type FilterName = (typeof listFilters)[number] | (typeof pruneFilters)[number];
export type Filters = FiltersOf<FilterName>;

/** @param texts `NAME=VALUE` @throws TsstepError usage */
export function parseFilters(texts: readonly string[], known: readonly FilterName[]): Filters {
  const filters = readFilters(texts, known, (what) => bad(what, known));
  for (const value of filters.dangling ?? []) booleanOf(value);
  return filters;
}

/** Whether an image passes; which of its names are shown is for `namesShown`. @throws TsstepError no-such-image, usage */
export function imageFilter(
  filters: Filters,
  images: readonly StoredImage[],
  now: number,
): (image: StoredImage) => boolean {
  const createdOf = (text: string): number => created(findAmong(images, text).image);
  const dangling = filters.dangling?.map(booleanOf);
  const before = filters.before?.map(createdOf);
  const since = filters.since?.map(createdOf);
  const until = filters.until?.map((text) => untilOf(text, now));
  return (image) => {
    const labels = image.documents?.config.config?.Labels ?? {};
    return (
      (dangling?.includes(namedEntries(image).length === 0) ?? true) &&
      (filters.label?.every((one) => hasLabel(labels, one)) ?? true) &&
      !(filters['label!']?.some((one) => hasLabel(labels, one)) ?? false) &&
      (before?.every((moment) => created(image) < moment) ?? true) &&
      (since?.every((moment) => created(image) > moment) ?? true) &&
      (until?.every((moment) => created(image) < moment) ?? true)
    );
  };
}

/** The entries of an image that are listed: its names, those that `reference` patterns fit, or the one without a name. */
export function namesShown(image: StoredImage, patterns: readonly string[] | undefined): Descriptor[] {
  const named = namedEntries(image);
  if (patterns) return named.filter((entry) => patterns.some((pattern) => fits(entry, pattern)));
  return named.length > 0 ? named : image.entries.slice(0, 1);
}

const created = ({ documents }: StoredImage): number => Date.parse(documents?.config.created ?? '') || 0;

/** The pattern fits the whole familiar name or the name without tag (distribution/reference, FamiliarMatch). */
function fits(entry: Descriptor, pattern: string): boolean {
  const glob = globOf(pattern);
  const reference = storedReference(entry);
  if (!reference) return glob.test(storedName(entry) ?? '');
  return glob.test(familiarName(reference)) || glob.test(familiarRepository(reference));
}

/** Go's path.Match: `*` and `?` stop at a slash. */
function globOf(pattern: string): RegExp {
  const source = pattern.replace(/\\(.)|\*|\?|\[[^\]]*\]|[.+^${}()|[\]\\]/gs, (part, escaped?: string) => {
    if (escaped !== undefined) return `\\${escaped}`;
    if (part === '*') return '[^/]*';
    if (part === '?') return '[^/]';
    return part.length > 1 ? part : `\\${part}`;
  });
  try {
    return new RegExp(`^${source}$`, 's');
  } catch {
    throw bad(`the pattern ${pattern} is no pattern`, ['reference']);
  }
}

/** @throws TsstepError usage */
export function booleanOf(text: string): boolean {
  const value = goBoolean(text);
  if (value === undefined) throw bad(`Invalid filter 'dangling=[${text}]'`, ['dangling']);
  return value;
}

function untilOf(text: string, now: number): number {
  const moment = momentOf(text, now);
  if (Number.isNaN(moment)) throw bad(`the filter until=${text} cannot be understood`, ['until']);
  return moment;
}

const examples: Readonly<Partial<Record<FilterName, string>>> = {
  dangling: 'dangling=true',
  label: 'label=KEY=VALUE',
  'label!': 'label!=KEY',
  before: 'before=IMAGE',
  since: 'since=IMAGE',
  reference: 'reference=ngin*:1.*',
  until: 'until=24h or until=2026-01-01',
};

function bad(what: string, known: readonly FilterName[]): TsstepError {
  return new TsstepError({
    code: 'usage',
    what,
    why: 'it is none of those that choose images',
    remedy: `--filter ${known.map((name) => examples[name]).join(', ')}`,
  });
}
