import { execFileSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildLab } from '../../../core/image/lab/lab.ts';
import { resolveImage } from '../../../core/image/store/resolve.ts';
import { failure, temporaryRoot } from '../../unit/image/tars.ts';
import { mounted } from './layers.ts';

describe('the built-in image', () => {
  it('is absent at first, then found, the same each time it is built', async () => {
    const root = temporaryRoot();
    expect(await resolveImage(root, 'lab')).toEqual({ absent: 'builtin' });
    const image = await buildLab(root, 'lab');
    expect((await buildLab(temporaryRoot(), 'lab')).id).toBe(image.id);
    expect(image.name).toBe('lab:latest');
    expect(await resolveImage(root, 'docker.io/library/lab')).toEqual({ found: image });
    expect(await resolveImage(root, image.id.slice(7, 19))).toEqual({ found: image });
    expect(await resolveImage(root, image.id)).toEqual({ found: image });
    expect(await resolveImage(root, `lab@${image.digest}`)).toMatchObject({ found: { id: image.id } });
    const told = await failure(resolveImage(root, 'labs'));
    expect(told).toMatchObject({ code: 'no-such-image', remedy: expect.stringContaining('`lab:latest`') });
    expect(told.remedy).toContain('tsstep load -i FILE');
    expect(told.remedy).toContain('tsstep import');
  });

  it('shows, mounted, what layers do: add, hide, replace', async () => {
    const root = temporaryRoot();
    const image = await buildLab(root, 'lab');
    expect(image.layers.length).toBeGreaterThanOrEqual(4);
    const merged = await mounted(root, image);
    const run = (...argv: string[]) => execFileSync('chroot', [merged, ...argv], { encoding: 'utf8' });
    expect(run('/bin/ls', '/lab').split('\n').filter(Boolean)).toEqual(['README', 'notes', 'shared']);
    expect(run('/bin/ls', '/lab/notes').trim()).toBe('new.txt');
    expect(run('/bin/cat', '/etc/motd')).toContain('Welcome');
    expect(run('/usr/bin/id', 'student').trim()).toBe(
      'uid=1000(student) gid=1000(student) groups=1000(student),2000(lab)',
    );
    expect(run('/bin/sh', '-c', 'PATH=/usr/local/bin:/bin:/usr/bin; crowd 0')).toContain('0 processes');
    expect(statSync(join(merged, 'tmp')).mode & 0o7777).toBe(0o1777);
    for (const path of ['proc', 'sys', 'dev', 'etc/hosts', 'etc/hostname', 'etc/resolv.conf'])
      expect(existsSync(join(merged, path))).toBe(true);
  });

  it('says missing-tool when busybox is absent, or needs shared libraries', async () => {
    const told = await failure(buildLab(temporaryRoot(), 'lab', ['/nowhere/busybox', process.execPath]));
    expect(told).toMatchObject({
      code: 'missing-tool',
      remedy: expect.stringContaining('apt-get install busybox-static'),
    });
    expect(told.why).toContain('shared libraries');
  });
});
