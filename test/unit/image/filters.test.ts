import { describe, expect, it } from 'vitest';
import { failureOf } from '../../../core/errors.ts';
import {
  imageFilter,
  listFilters,
  namesShown,
  parseFilters,
  pruneFilters,
} from '../../../core/image/store/filters.ts';
import { imageOf } from './stored-images.ts';

const images = [
  imageOf('aa', ['docker.io/library/nginx:1.27', 'docker.io/library/nginx:latest'], {
    created: '2026-03-01T00:00:00Z',
    labels: { team: 'web', empty: '' },
  }),
  imageOf('bb', ['ghcr.io/owner/app:v1'], { created: '2026-02-01T00:00:00Z', labels: { team: 'db' } }),
  imageOf('cc', [], { created: '2026-01-01T00:00:00Z' }),
];
const now = Date.parse('2026-03-02T00:00:00Z');

/** First digits of the images that pass. */
const passing = (...texts: string[]): string =>
  images
    .filter(imageFilter(parseFilters(texts, [...listFilters, 'label!']), images, now))
    .map(({ id }) => id.slice('sha256:'.length, 'sha256:'.length + 2))
    .join(' ');

describe('imageFilter', () => {
  it.each([
    [[], 'aa bb cc'],
    [['dangling=true'], 'cc'],
    [['dangling=0'], 'aa bb'],
    [['label=team'], 'aa bb'],
    [['label=team=db'], 'bb'],
    [['label=empty='], 'aa'],
    [['label=team', 'label=empty'], 'aa'],
    [['label!=team'], 'cc'],
    [['before=ghcr.io/owner/app:v1'], 'cc'],
    [['since=bb'], 'aa'],
    [['until=48h'], 'bb cc'],
    [['until=23h60m'], 'bb cc'],
    [['until=2026-02-15'], 'bb cc'],
    [['until=1767312000'], 'cc'],
    [['dangling=false', 'until=2026-02-15'], 'bb'],
  ])('with %j lets %s pass', (texts, ids) => {
    expect(passing(...texts)).toBe(ids);
  });

  it('does not know images that do not exist', () => {
    expect(() => passing('before=nope')).toThrow('there is no image nope');
  });
});

describe('namesShown', () => {
  const shown = (...patterns: string[]): string[] =>
    images.flatMap((image) =>
      namesShown(image, patterns.length > 0 ? patterns : undefined).map(
        (entry) => entry.annotations?.['io.containerd.image.name'] ?? '<none>',
      ),
    );

  it('has every name, and one line for an image without', () => {
    expect(shown()).toEqual([
      'docker.io/library/nginx:1.27',
      'docker.io/library/nginx:latest',
      'ghcr.io/owner/app:v1',
      '<none>',
    ]);
  });

  it.each([
    ['nginx', ['docker.io/library/nginx:1.27', 'docker.io/library/nginx:latest']],
    ['nginx:1.*', ['docker.io/library/nginx:1.27']],
    ['ngin?:l[a-c]test', ['docker.io/library/nginx:latest']],
    ['*', ['docker.io/library/nginx:1.27', 'docker.io/library/nginx:latest']],
    ['ghcr.io/*/*', ['ghcr.io/owner/app:v1']],
    ['ghcr.io/owner/app', ['ghcr.io/owner/app:v1']],
    ['ghcrxio/owner/app', []],
  ])('of the pattern %s are %j', (pattern, names) => {
    expect(shown(pattern)).toEqual(names);
  });
});

describe('parseFilters', () => {
  it.each([['foo=bar'], ['dangling=x'], ['label='], ['label'], ['reference=x']])('refuses %s', (text) => {
    expect(failureThrown(() => parseFilters([text], pruneFilters))).toBe('usage');
  });
});

function failureThrown(fn: () => unknown): string {
  try {
    fn();
  } catch (error) {
    return failureOf(error).code;
  }
  return 'none';
}
