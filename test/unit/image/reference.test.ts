import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { failureOf } from '../../../core/errors.ts';
import {
  canonicalName,
  familiarName,
  parseReference,
  splitReference,
} from '../../../core/image/reference.ts';

const digest = `sha256:${'a1'.repeat(32)}`;

describe('splitReference', () => {
  it.each([
    ['nginx', { name: 'nginx' }],
    ['nginx:1.27', { name: 'nginx', tag: '1.27' }],
    ['localhost:5000/app', { name: 'localhost:5000/app' }],
    ['localhost:5000/app:latest', { name: 'localhost:5000/app', tag: 'latest' }],
    [`nginx@${digest}`, { name: 'nginx', digest }],
    [`localhost:5000/nginx:1@${digest}`, { name: 'localhost:5000/nginx', tag: '1', digest }],
    ['nginx:', { name: 'nginx', tag: '' }],
    ['a@b@c', { name: 'a', digest: 'b@c' }],
  ])('%s has what is written there', (text, parts) => {
    expect(splitReference(text)).toEqual(parts);
  });
});

describe('parseReference', () => {
  it.each([
    ['lab', 'docker.io/library/lab:latest', 'lab:latest'],
    ['nginx:1.27', 'docker.io/library/nginx:1.27', 'nginx:1.27'],
    ['bitnami/redis', 'docker.io/bitnami/redis:latest', 'bitnami/redis:latest'],
    ['docker.io/library/nginx', 'docker.io/library/nginx:latest', 'nginx:latest'],
    ['index.docker.io/nginx', 'docker.io/library/nginx:latest', 'nginx:latest'],
    ['docker.io/nginx', 'docker.io/library/nginx:latest', 'nginx:latest'],
    ['localhost/app', 'localhost/app:latest', 'localhost/app:latest'],
    ['localhost:5000/a/b:T', 'localhost:5000/a/b:T', 'localhost:5000/a/b:T'],
    ['[::1]:5000/app', '[::1]:5000/app:latest', '[::1]:5000/app:latest'],
    ['ghcr.io/owner/image:v1', 'ghcr.io/owner/image:v1', 'ghcr.io/owner/image:v1'],
    ['Registry/app', 'Registry/app:latest', 'Registry/app:latest'],
    [`nginx@${digest}`, `docker.io/library/nginx@${digest}`, `nginx@${digest}`],
    [`nginx:1@${digest}`, `docker.io/library/nginx:1@${digest}`, `nginx:1@${digest}`],
    ['a__b.c-d---e', 'docker.io/library/a__b.c-d---e:latest', 'a__b.c-d---e:latest'],
  ])('%s is %s and is printed %s', (text, canonical, familiar) => {
    expect(canonicalName(parseReference(text))).toBe(canonical);
    expect(familiarName(parseReference(text))).toBe(familiar);
  });

  it.each([
    '',
    ':tag',
    'a:',
    'a:-x',
    'a:b:c',
    'UPPER',
    'a/B',
    'a//b',
    '/a',
    'a/',
    'a b',
    '-a',
    'a_',
    'a..b',
    'a___b',
    'a@sha256:12',
    `a@${digest}@${digest}`,
    `a@md5:${'a'.repeat(32)}`,
    'f'.repeat(64),
    'http://a/b',
    '../a',
    'a\n',
    `a:${'t'.repeat(129)}`,
    'a'.repeat(256),
    'lab;rm -rf /',
  ])('%j is refused as bad-reference with exit code 125', (text) => {
    let thrown: unknown;
    try {
      parseReference(text);
    } catch (error) {
      thrown = error;
    }
    expect(failureOf(thrown)).toMatchObject({ code: 'bad-reference', exit: 125 });
  });

  const component = fc.stringMatching(/^[a-z0-9]{1,6}((\.|_|__|-{1,3})[a-z0-9]{1,4})?$/);
  const host = fc.stringMatching(/^[a-z0-9]{1,8}(\.[a-z]{2,3})(:[0-9]{2,4})?$/);
  const anyReference = fc
    .record({
      host: fc.oneof(fc.constantFrom('docker.io', 'localhost', 'localhost:5000'), host),
      path: fc.array(component, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/')),
      tag: fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,20}$/),
    })
    .map((one) =>
      one.host === 'docker.io' && !one.path.includes('/') ? { ...one, path: `library/${one.path}` } : one,
    );

  it('gives a reference back from both of its spellings', () => {
    fc.assert(
      fc.property(anyReference, (reference) => {
        expect(parseReference(canonicalName(reference))).toEqual(reference);
        expect(parseReference(familiarName(reference))).toEqual(reference);
      }),
    );
  });

  it('answers any text with a reference that it reads again, or with bad-reference', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[a-zA-Z0-9./:@_-]{0,30}$/)), (text) => {
        let reference: ReturnType<typeof parseReference>;
        try {
          reference = parseReference(text);
        } catch (error) {
          expect(failureOf(error).code).toBe('bad-reference');
          return;
        }
        expect(parseReference(canonicalName(reference))).toEqual(reference);
      }),
    );
  });
});
