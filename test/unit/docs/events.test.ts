import { describe, expect, it } from 'vitest';
import { codes, page, rows, sections } from './pages.ts';

const text = sections(page('docs/events.md'));
/** Types do not exist at run time: the union is read as text. */
const types = [
  ...new Set([...page('tracer/events.ts').matchAll(/\btype: '([a-z-]+)'/g)].map(([, type = '']) => type)),
];
const prose = ['Order', 'Recording and journal', 'Redaction', 'Compatibility'];

const examplesOf = (section: string): string[] =>
  section.split('\n').filter((line) => line.startsWith('{"seq"'));
const fieldsOf = (section: string): string[] =>
  rows(section, 'field').flatMap(([names = '']) => codes(names));

describe('docs/events.md', () => {
  it('has a section for every type of event and for no other', () => {
    expect(types).toContain('operation-started');
    expect([...text.keys()].filter((heading) => !prose.includes(heading)).sort()).toEqual([...types].sort());
  });

  it.each(types)('shows an example of %s, with the fields that it lists', (type) => {
    const section = text.get(type) ?? '';
    const examples = examplesOf(section);
    expect(examples).not.toEqual([]);
    for (const example of examples) {
      expect(example).toContain(`"type":"${type}"`);
      if (example.includes('…')) continue;
      const { seq: _seq, time, type: _type, ...rest } = JSON.parse(example) as Record<string, unknown>;
      expect(time).toMatch(/^\d{19}$/);
      expect(Object.keys(rest).filter((field) => !fieldsOf(section).includes(field))).toEqual([]);
    }
  });

  it.each(types)('lists every field that %s has in its type', (type) => {
    // The fields between this type's word and the next member of the union.
    const [, body = ''] = page('tracer/events.ts').split(`type: '${type}'`);
    const member = body.split(/\n {2}(?:\||\/\*\*)|;\n\n/)[0] ?? '';
    const inside = [...member.matchAll(/(?:^|[;{\n])\s*([a-z]+)\??:/gi)].map(([, field = '']) => field);
    expect(inside.filter((field) => !fieldsOf(text.get(type) ?? '').includes(field))).toEqual([]);
  });

  it('says which version of the format it describes', () => {
    const [, version = ''] = /FORMAT_VERSION = (\d+)/.exec(page('tracer/events.ts')) ?? [];
    expect(text.get('session-started')).toContain(`of this format: ${version}`);
  });
});
