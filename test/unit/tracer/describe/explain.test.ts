import { describe, expect, test } from 'vitest';
import { explain } from '../../../../tracer/describe/explain/index.ts';
import { man } from '../../../../tracer/describe/man.ts';
import { describeUndo } from '../../../../tracer/describe/undo.ts';
import { kinds } from '../operations.ts';

describe('every kind of operation', () => {
  test.each(kinds)('%s is explained in three to eight sentences', (kind) => {
    const text = explain(kind);
    const sentences = text.split(/[.!?](?= [A-Z/a-z0-9]|$)/).length - 1;
    expect(text).not.toMatch(/\s{2}|\n/);
    expect(sentences).toBeGreaterThanOrEqual(3);
    expect(sentences).toBeLessThanOrEqual(8);
  });

  test.each(kinds)('%s has a page to read', (kind) => {
    expect(man(kind)).toMatch(/\(\d\)$|\.md$/);
  });
});

describe('an undo', () => {
  test('is one line that names what goes', () => {
    expect(describeUndo({ at: 'exit', do: { kind: 'umount', target: '/m' } })).toBe('unmount /m');
    expect(describeUndo('with-init')).toContain('init');
  });
});
