/** Docker's filters for images: `label=KEY[=VALUE]`, `until=24h`. Of one kind, any may fit; of different kinds, all have to. */
import { TsstepError } from '../../errors.ts';
import { familiarName, familiarRepository } from '../reference.ts';
import type { Descriptor } from '../schema.ts';
import { storedName } from './layout.ts';
import { storedReference } from './names.ts';
import { findAmong, namedEntries, type StoredImage } from './stored.ts';

export const listFilters = ['dangling', 'label', 'before', 'since', 'reference', 'until'] as const;
export const pruneFilters = ['dangling', 'label', 'label!', 'until'] as const;

export type FilterName = (typeof listFilters)[number] | (typeof pruneFilters)[number];
export type Filters = Readonly<Partial<Record<FilterName, readonly string[]>>>;

/** @param texts `NAME=VALUE` @throws TsstepError usage */
export function parseFilters(texts: readonly string[], known: readonly FilterName[]): Filters {
  const filters: Partial<Record<FilterName, string[]>> = {};
  for (const text of texts) {
    const [, key = text, value = ''] = /^(label!|[^=]*)=(.*)$/s.exec(text) ?? [];
    const name = known.find((one) => one === key);
    if (name === undefined || value === '')
      throw bad(name === undefined ? `Invalid filter '${key}'` : `the filter ${text} has no value`, known);
    filters[name] = [...(filters[name] ?? []), value];
  }
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
  const until = filters.until?.map((text) => momentOf(text, now));
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

function hasLabel(labels: Readonly<Record<string, string>>, wanted: string): boolean {
  const [key = '', ...value] = wanted.split('=');
  return Object.hasOwn(labels, key) && (value.length === 0 || labels[key] === value.join('='));
}

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

/** As Go reads one. @throws TsstepError usage */
export function booleanOf(text: string): boolean {
  if (/^(1|t|true)$/i.test(text)) return true;
  if (/^(0|f|false)$/i.test(text)) return false;
  throw bad(`Invalid filter 'dangling=[${text}]'`, ['dangling']);
}

const unitMilliseconds: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 };

/** `24h`, `1h30m` ago; seconds since 1970; or a date (RFC 3339 and its beginnings). Milliseconds since 1970. */
function momentOf(text: string, now: number): number {
  if (/^(\d+(\.\d+)?(h|ms|m|s))+$/.test(text)) {
    const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s)/g)];
    return (
      now -
      parts.reduce((sum, [, count, unit = '']) => sum + Number(count) * (unitMilliseconds[unit] ?? 0), 0)
    );
  }
  const moment = /^\d+(\.\d+)?$/.test(text) && text.length > 4 ? Number(text) * 1000 : Date.parse(text);
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
