import { describe, expect, test } from 'vitest';
import type { RunFlags } from '../../../core/spec/flags.ts';
import { tmpfsMount } from '../../../core/spec/tmpfs.ts';
import { parse, refusal } from './parse.ts';

const bind = (source: string, target: string, more: object = {}) => ({
  type: 'bind',
  source,
  target,
  readOnly: false,
  mustExist: false,
  ...more,
});
const volume = (target: string, more: object = {}) => ({
  type: 'volume',
  target,
  readOnly: false,
  noCopy: false,
  ...more,
});
const tmpfs = (target: string, more: object = {}) => ({
  type: 'tmpfs',
  target,
  readOnly: false,
  options: '',
  ...more,
});

describe('--volume', () => {
  test.each([
    ['/a', volume('/a')],
    ['/a:/b', bind('/a', '/b')],
    ['/a:/b:ro', bind('/a', '/b', { readOnly: true })],
    ['/a:/b:ro,Z,rprivate', bind('/a', '/b', { readOnly: true, propagation: 'rprivate' })],
    ['/a:/b:cached', bind('/a', '/b')],
    ['/a/../q/:/b/./c/', bind('/q', '/b/c')],
    ['./a:/b', bind('/home/me/a', '/b')],
    ['../a:/b', bind('/home/a', '/b')],
    ['.:/b', bind('/home/me', '/b')],
    ['cache:/b', volume('/b', { source: 'cache' })],
    ['my_vol-1.x:/b:nocopy,ro', volume('/b', { source: 'my_vol-1.x', readOnly: true, noCopy: true })],
  ])('%s is understood', (text, mount) => {
    expect(parse({ volume: [text] }).mounts).toEqual([mount]);
  });

  test.each([
    ['', /empty section/],
    [':/a', /empty section/],
    ['/a:', /empty section/],
    ['/a:/b:', /empty section/],
    ['/a:/b:ro:z', /too many colons/],
    ['/a:b', /must be absolute/],
    ['rel', /must be absolute/],
    ['/', /can't be '\/'/],
    ['/a:/', /can't be '\/'/],
    ['/a:/b/..', /can't be '\/'/],
    ['/a:ro', /"ro" is a mode/],
    ['/a:/b:foo', /invalid mode "foo"/],
    ['/a:/b:copy', /invalid mode "copy"/],
    ['/a:/b:ro,rw', /ro and rw contradict/],
    ['/a:/b:nocopy', /nothing is copied to a host directory/],
    ['cache:/b:rshared', /for host directories/],
    ['/a:/proc/x', /trust what \/proc says/],
    ['a/b:/c', /"a\/b" includes invalid characters/],
    ['~/a:/b', /"~\/a" includes invalid characters/],
    ['_x:/b', /invalid characters/],
    ['bad name:/b', /invalid characters/],
    ['v:/b', /too short/],
  ])('%j is refused', (text, why) => {
    const failure = refusal({ volume: [text] });
    expect(failure.what).toBe(`--volume ${JSON.stringify(text)}`);
    expect(failure.why).toMatch(why);
  });
});

describe('--mount', () => {
  test.each([
    ['type=bind,src=/tmp,dst=/x', bind('/tmp', '/x', { mustExist: true })],
    ['TYPE=BIND,source=./i,destination=/x,ro', bind('/home/me/i', '/x', { mustExist: true, readOnly: true })],
    ['type=bind,src=/tmp,target=/x,readonly=false', bind('/tmp', '/x', { mustExist: true })],
    ['type=bind,src=/tmp,dst=/x,bind-create-src', bind('/tmp', '/x')],
    [
      'type=bind,src=/tmp,dst=/x,bind-propagation=private',
      bind('/tmp', '/x', { mustExist: true, propagation: 'private' }),
    ],
    ['type=bind,"src=/tmp,a",dst=/x,consistency=cached', bind('/tmp,a', '/x', { mustExist: true })],
    ['type=bind,"src=/a""b",dst=/x', bind('/a"b', '/x', { mustExist: true })],
    ['src=cache,dst=/x', volume('/x', { source: 'cache' })],
    ['dst=/x', volume('/x')],
    ['type=volume,src=cache,dst=/x,volume-nocopy', volume('/x', { source: 'cache', noCopy: true })],
    ['type=tmpfs,dst=/x', tmpfs('/x')],
    [
      'type=tmpfs,dst=/x,tmpfs-size=64m,tmpfs-mode=1777,ro',
      tmpfs('/x', { readOnly: true, options: 'mode=1777,size=64m' }),
    ],
  ])('%s is understood', (text, mount) => {
    expect(parse({ mount: [text] }).mounts).toEqual([mount]);
  });

  test.each([
    ['', /not a list/],
    ['type=bind,"src=/tmp', /not a list/],
    ['type=bind,src=/tmp', /target is required/],
    ['type=bind,dst=/x', /needs a source/],
    ['type=bind,src=,dst=/x', /value of src is empty/],
    ['type=bind,src= /tmp,dst=/x', /white space/],
    ['type=bind, src=/tmp,dst=/x', /unknown option " src"/],
    ['type=bind,src=/tmp,dst=/x,bogus=1', /unknown option "bogus"/],
    ['type=bind,src=/tmp,dst=/x,constructor=1', /unknown option "constructor"/],
    ['type=bind,src', /src must be a key=value pair/],
    ['type=bind,src=/tmp,dst=/x,readonly=yes', /true or false/],
    ['type=bind,src=rel,dst=/x', /must be absolute/],
    ['type=bind,src=/tmp,dst=x', /must be absolute/],
    ['type=bind,src=/tmp,dst=/', /can't be/],
    ['type=bind,src=/tmp,dst=/x,bind-propagation=foo', /invalid propagation mode "foo"/],
    ['type=volume,dst=/x,bind-propagation=rshared', /for type=bind/],
    ['dst=/x,tmpfs-size=1m', /for type=tmpfs, this is type=volume/],
    ['type=volume,src=/abs,dst=/x', /invalid characters/],
    ['type=tmpfs,src=a,dst=/x', /has no source/],
    ['type=tmpfs,dst=/x,tmpfs-mode=9', /not octal/],
    ['type=npipe,src=/a,dst=/x', /mount type "npipe"/],
  ])('%j is refused', (text, why) => {
    const failure = refusal({ mount: [text] });
    expect(failure.what).toBe(`--mount ${JSON.stringify(text)}`);
    expect(failure.why).toMatch(why);
  });

  test('refuses a size of a tmpfs that is none, naming the option', () => {
    const failure = refusal({ mount: ['type=tmpfs,dst=/x,tmpfs-size=q'] });
    expect(failure.what).toBe('--mount tmpfs-size "q"');
  });
});

describe('--tmpfs', () => {
  test.each([
    ['/x', tmpfs('/x')],
    ['/x:', tmpfs('/x')],
    ['/run:rw,size=64m,mode=1777', tmpfs('/run', { options: 'size=64m,mode=1777' })],
    ['/x:ro', tmpfs('/x', { readOnly: true })],
    ['/x:ro,rw', tmpfs('/x')],
    [
      '/x:exec,size=50%,uid=3,gid=4,nr_inodes=5k',
      tmpfs('/x', { options: 'exec,size=50%,uid=3,gid=4,nr_inodes=5k' }),
    ],
  ])('%s is understood', (text, mount) => {
    expect(parse({ tmpfs: [text] }).mounts).toEqual([mount]);
  });

  test.each([
    ['', /must be absolute/],
    ['x:ro', /must be absolute/],
    ['/', /can't be/],
    ['/x:bogus', /"bogus" is not an option/],
    ['/x:constructor', /"constructor" is not an option/],
    ['/x:huge=always', /is not an option/],
    ['/x:size', /has no value/],
    ['/x:size=abc', /has no value/],
    ['/x:mode=9', /has no value/],
  ])('%j is refused', (text, why) => {
    expect(refusal({ tmpfs: [text] }).why).toMatch(why);
  });

  test.each([
    ['', false, ['MS_NOSUID', 'MS_NODEV', 'MS_NOEXEC'], ''],
    ['exec,size=5m', false, ['MS_NOSUID', 'MS_NODEV'], 'size=5m'],
    [
      'size=5m,mode=700,size=6m,noatime',
      true,
      ['MS_NOSUID', 'MS_NODEV', 'MS_NOEXEC', 'MS_NOATIME', 'MS_RDONLY'],
      'size=6m,mode=700',
    ],
    ['exec,noexec,defaults', false, ['MS_NOSUID', 'MS_NODEV', 'MS_NOEXEC'], ''],
  ])('options %j (read-only: %j) become what mount(2) takes', (options, readOnly, flags, data) => {
    expect(tmpfsMount({ type: 'tmpfs', target: '/x', readOnly, options })).toEqual({ flags, data });
  });
});

describe('two mounts on one target', () => {
  test.each<RunFlags>([
    { volume: ['/a:/b', '/c:/b'] },
    { volume: ['/a:/b', '/c:/b/'] },
    { volume: ['/a:/b'], tmpfs: ['/b'] },
    { volume: ['/a:/b'], mount: ['type=tmpfs,dst=/b'] },
    { mount: ['type=tmpfs,dst=/b', 'type=tmpfs,dst=/b/'] },
    { volume: ['/a:/b'], mount: ['type=volume,dst=/b'] },
  ])('are refused: %j', (flags) => {
    expect(refusal(flags).why).toMatch(/^Duplicate mount point: \/b/);
  });

  test.each<[RunFlags, object]>([
    [{ volume: ['/b'], tmpfs: ['/b'] }, tmpfs('/b')],
    [{ volume: ['/b', 'cache:/b'] }, volume('/b', { source: 'cache' })],
    [{ volume: ['cache:/b', '/b'] }, volume('/b', { source: 'cache' })],
    [{ volume: ['/b', '/b'] }, volume('/b')],
    [{ volume: ['/a:/b', '/a:/b'] }, bind('/a', '/b')],
    [{ tmpfs: ['/b', '/b:ro'] }, tmpfs('/b', { readOnly: true })],
    [{ volume: ['/b'], mount: ['src=cache,dst=/b'] }, volume('/b', { source: 'cache' })],
  ])('are one where docker says so: %j', (flags, mount) => {
    expect(parse(flags).mounts).toEqual([mount]);
  });
});
