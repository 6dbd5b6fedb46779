import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { page, pages, root } from './pages.ts';

/** A heading's anchor as GitHub makes it. */
const anchor = (heading: string): string =>
  heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-');

const anchorsOf = (path: string): string[] =>
  [...page(path).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => anchor(heading));

function broken(path: string): string[] {
  const prose = page(path).replaceAll(/^```[\s\S]*?^```/gm, '');
  const targets = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
  return targets.filter((target) => {
    if (/^https?:/.test(target)) return false;
    const [file = '', heading] = target.split('#');
    const at = file === '' ? path : join(dirname(path), file);
    if (!existsSync(join(root, at))) return true;
    return heading !== undefined && !anchorsOf(at).includes(heading);
  });
}

describe('links', () => {
  it.each(pages())('of %s lead somewhere', (path) => {
    expect(broken(path)).toEqual([]);
  });

  it.each(pages().filter((path) => path.startsWith('docs/') && path !== 'docs/README.md'))(
    'of the index lead to %s',
    (path) => {
      expect(page('docs/README.md')).toContain(`(${path.slice('docs/'.length)})`);
    },
  );
});
