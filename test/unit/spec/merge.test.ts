import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { failureOf } from '../../../core/errors.ts';
import type { ImageConfig } from '../../../core/image/types.ts';
import type { RunFlags } from '../../../core/spec/flags.ts';
import { defaultPath, exposedPortsOf, labelsOf, mountsOf, processOf } from '../../../core/spec/merge.ts';
import { parse } from './parse.ts';

const process = (flags: RunFlags, image: ImageConfig, command: string[] = []) =>
  processOf({ ...parse(flags), command }, image, { hostname: 'abc' });

describe('the command', () => {
  const both: ImageConfig = { Entrypoint: ['/entry', 'e'], Cmd: ['c'] };
  test.each<[string, RunFlags, ImageConfig, string[], string[]]>([
    ['is the image’s Cmd', {}, { Cmd: ['c', 'd'] }, [], ['c', 'd']],
    ['replaces the image’s Cmd', {}, { Cmd: ['c'] }, ['x'], ['x']],
    ['is Entrypoint and Cmd', {}, both, [], ['/entry', 'e', 'c']],
    ['follows the Entrypoint', {}, both, ['x', 'y'], ['/entry', 'e', 'x', 'y']],
    ['is --entrypoint alone, without the image’s Cmd', { entrypoint: '/new' }, both, [], ['/new']],
    ['follows --entrypoint', { entrypoint: '/new' }, both, ['x'], ['/new', 'x']],
    ['stands alone behind an empty --entrypoint', { entrypoint: '' }, both, ['x'], ['x']],
  ])('%s', (_, flags, image, command, argv) => {
    expect(process(flags, image, command).argv).toEqual(argv);
  });

  test.each<[string, RunFlags, ImageConfig]>([
    ['an image without one', {}, {}],
    ['an image with empty ones', {}, { Entrypoint: [], Cmd: [] }],
    ['an empty --entrypoint', { entrypoint: '' }, both],
  ])('is missed with %s', (_, flags, image) => {
    let failure: unknown;
    try {
      process(flags, image);
    } catch (error) {
      failure = failureOf(error);
    }
    expect(failure).toMatchObject({ code: 'usage', exit: 125, what: 'no command specified for lab' });
  });
});

describe('the environment', () => {
  const image: ImageConfig = { Cmd: ['c'], Env: ['FOO=img', 'BAR=img', 'PATH=/image'] };

  test('has docker’s order: defaults, what was typed, what the image adds', () => {
    const { env } = process({ tty: true, env: ['A=1', 'FOO=usr', 'A=2', 'HOSTNAME=h'] }, image);
    expect(Object.entries(env)).toEqual([
      ['PATH', '/image'],
      ['HOSTNAME', 'h'],
      ['TERM', 'xterm'],
      ['A', '2'],
      ['FOO', 'usr'],
      ['BAR', 'img'],
    ]);
  });

  test('has a PATH and the host name, and a TERM only on a terminal', () => {
    expect(process({}, { Cmd: ['c'] }).env).toEqual({ PATH: defaultPath, HOSTNAME: 'abc' });
  });

  test('lacks what --env without a value takes away, the defaults included', () => {
    expect(process({ env: ['FOO', 'PATH'] }, image).env).toEqual({ HOSTNAME: 'abc', BAR: 'img' });
  });

  test('holds an image’s variable without = as an empty one', () => {
    expect(process({}, { Cmd: ['c'], Env: ['X', '=y'] }).env).toMatchObject({ X: '' });
  });

  const name = fc.stringMatching(/^[A-Z_][A-Z_0-9]{0,2}$/);
  const pairs = fc.array(fc.tuple(name, fc.string()), { maxLength: 12 });

  test('ends with the last value typed of each name, else the image’s, and loses nothing', () => {
    fc.assert(
      fc.property(pairs, pairs, (typed, inherited) => {
        const { env } = process(
          { env: typed.map(([key, value]) => `${key}=${value}`) },
          { Cmd: ['c'], Env: inherited.map(([key, value]) => `${key}=${value}`) },
        );
        const expected = new Map([['PATH', defaultPath], ['HOSTNAME', 'abc'], ...inherited, ...typed]);
        expect(env).toEqual(Object.fromEntries(expected));
      }),
    );
  });

  test('keeps the order of first mention', () => {
    fc.assert(
      fc.property(pairs, pairs, (typed, inherited) => {
        const { env } = process(
          { env: typed.map(([key, value]) => `${key}=${value}`) },
          { Cmd: ['c'], Env: inherited.map(([key, value]) => `${key}=${value}`) },
        );
        const mentioned = [
          'PATH',
          'HOSTNAME',
          ...typed.map(([key]) => key),
          ...inherited.map(([key]) => key),
        ];
        expect(Object.keys(env)).toEqual([...new Set(mentioned)]);
      }),
    );
  });
});

test('the working directory and the user are the flags’, else the image’s, else / and root', () => {
  const image = { Cmd: ['c'], WorkingDir: '/w/', User: 'bob' };
  expect(process({ workdir: '/f', user: '1:2' }, image)).toMatchObject({ cwd: '/f', user: '1:2' });
  expect(process({}, image)).toMatchObject({ cwd: '/w', user: 'bob' });
  expect(process({}, { Cmd: ['c'], WorkingDir: '', User: '' })).toMatchObject({ cwd: '/', user: '' });
  expect(process({}, { Cmd: ['c'], WorkingDir: 'rel' })).toMatchObject({ cwd: '/rel' });
});

test('labels of the flags win over the image’s', () => {
  expect(labelsOf(parse({ label: ['a=1'] }), { Labels: { a: 'i', b: 'i' } })).toEqual({ a: '1', b: 'i' });
});

describe('mounts', () => {
  const targets = (flags: RunFlags, image: ImageConfig) =>
    mountsOf(parse(flags), image).map((mount) => `${mount.type} ${mount.target}`);

  test('include an anonymous volume for each VOLUME that no flag covers', () => {
    const image = { Volumes: { '/data/': {}, '/log': {}, '/run': {}, '/': {} } };
    expect(mountsOf(parse({}), { Volumes: { '/data/': {} } })).toEqual([
      { type: 'volume', target: '/data', readOnly: false, noCopy: false },
    ]);
    expect(targets({ volume: ['/a:/data'], tmpfs: ['/run'] }, image)).toEqual([
      'bind /data',
      'tmpfs /run',
      'volume /log',
    ]);
  });

  test('are ordered so that what lies inside another comes later, otherwise as they were', () => {
    const flags = { volume: ['/z:/b/c', '/y:/z', 'aa:/b'], tmpfs: ['/b/c/d'] };
    expect(targets(flags, { Volumes: { '/a': {}, '/z/y': {} } })).toEqual([
      'bind /z',
      'volume /b',
      'volume /a',
      'bind /b/c',
      'volume /z/y',
      'tmpfs /b/c/d',
    ]);
  });

  test('leave the spec as it was', () => {
    const spec = parse({ volume: ['/z:/b/c', '/y:/z'] });
    const before = JSON.stringify(spec);
    mountsOf(spec, { Volumes: { '/a': {} } });
    expect(JSON.stringify(spec)).toBe(before);
  });
});

test('exposed ports are the image’s and the published ones, once each, by number', () => {
  const spec = parse({ publish: ['8080:443', '80', '53/udp'] });
  expect(exposedPortsOf(spec, { ExposedPorts: { '80/tcp': {}, '9000': {}, '53/tcp': {} } })).toEqual([
    '53/tcp',
    '53/udp',
    '80/tcp',
    '443/tcp',
    '9000/tcp',
  ]);
});
