import { describe, expect, it } from 'vitest';
import { mountsOf } from '../../../core/spec/merge.ts';
import type { MountSpec } from '../../../core/spec/types.ts';
import { parseVolumesFrom } from '../../../core/spec/volumes-from.ts';
import type { Volume } from '../../../core/store/volumes.ts';
import { containerPruneFilter } from '../../../stepper/cli/container/prune-filters.ts';
import { declareProgram } from '../../../stepper/cli/program.ts';
import { volumeFilter, volumePruneFilter } from '../../../stepper/cli/volume/filters.ts';
import { parse } from '../spec/parse.ts';

const volume = (name: string, labels: Record<string, string>): Volume => ({
  ...{ name, labels, created: '2026-01-01T00:00:00Z', data: `/v/${name}` },
});
const all = [volume('data', { team: 'a' }), volume('cache', { team: 'b', old: '' })];
const users = new Map([['data', ['id']]]);

describe('filters', () => {
  it.each<[filters: string[], names: string[]]>([
    [[], ['data', 'cache']],
    [['dangling=true'], ['cache']],
    [['dangling=0'], ['data']],
    [['name=ach'], ['cache']],
    [['driver=local'], ['data', 'cache']],
    [['driver=nfs'], []],
    [['label=team'], ['data', 'cache']],
    [['label=team', 'label=old'], ['cache']],
  ])('of volumes: %j leaves %j', (filters, names) => {
    expect(all.filter(volumeFilter(filters, users)).map(({ name }) => name)).toEqual(names);
  });

  it('of volume prune: label and label!', () => {
    expect(all.filter(volumePruneFilter(['label!=old'])).map(({ name }) => name)).toEqual(['data']);
    expect(all.filter(volumePruneFilter(['label=team=b'])).map(({ name }) => name)).toEqual(['cache']);
  });

  it('of container prune: until and labels', () => {
    const now = Date.parse('2026-01-02T00:00:00Z');
    const container = { config: { created: '2026-01-01T12:00:00Z', labels: { a: 'b' } } };
    const passes = (...filters: string[]) =>
      containerPruneFilter(
        filters,
        now,
      )(container as unknown as Parameters<ReturnType<typeof containerPruneFilter>>[0]);
    expect([passes('until=11h'), passes('until=13h'), passes('label=a=b'), passes('label!=a')]).toEqual([
      true,
      false,
      true,
      false,
    ]);
  });

  it.each(['foo=1', 'dangling=maybe', 'label='])('%s is refused', (filter) => {
    expect(() => volumeFilter([filter], users)).toThrow(/Invalid filter|no value/);
  });
});

describe('--volumes-from', () => {
  it.each([
    ['web', { container: 'web', readOnly: false }],
    ['web:rw', { container: 'web', readOnly: false }],
    ['web:ro', { container: 'web', readOnly: true }],
    ['web:ro,z', { container: 'web', readOnly: true }],
  ])('%s', (text, spec) => expect(parseVolumesFrom(text)).toEqual(spec));

  it.each(['', ':ro', 'web:foo'])('%j is refused', (text) => expect(() => parseVolumesFrom(text)).toThrow());

  it('covers anonymous volumes, and gives way to what is named; of two the last one counts', () => {
    const theirs = (source: string, target: string): MountSpec => ({
      ...{ type: 'volume', source, target, readOnly: false, noCopy: true },
    });
    const { mounts } = parse({ volume: ['/anon', 'mine:/named'] });
    const from = [
      theirs('t1', '/anon'),
      theirs('t2', '/named'),
      theirs('t3', '/image'),
      theirs('t4', '/image'),
    ];
    const merged = mountsOf({ ...parse({}), mounts }, { Volumes: { '/image': {} } }, from);
    expect(merged.map((mount) => ('source' in mount ? [mount.source, mount.target] : []))).toEqual([
      ['mine', '/named'],
      ['t1', '/anon'],
      ['t4', '/image'],
    ]);
  });
});

describe('the noun container', () => {
  it('has docker’s commands with the options that they have at the top', () => {
    const program = declareProgram(() => undefined);
    const container = program.commands.find((each) => each.name() === 'container');
    const below = container?.commands ?? [];
    for (const [name, top] of [
      ['ls', 'ps'],
      ['rm', 'rm'],
      ['run', 'run'],
      ['update', 'update'],
    ]) {
      const options = (
        commands: readonly { name(): string; options: readonly { flags: string }[] }[],
        wanted = '',
      ) => commands.find((each) => each.name() === wanted)?.options.map(({ flags }) => flags);
      expect(options(below, name), name).toEqual(options(program.commands, top));
    }
    expect(below.map((each) => each.name())).toEqual(expect.arrayContaining(['inspect', 'prune', 'stats']));
    expect(below.map((each) => each.name())).not.toContain('volume');
  });
});
