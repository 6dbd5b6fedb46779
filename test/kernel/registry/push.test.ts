import { createHash } from 'node:crypto';
import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { digestOf } from '../../../core/image/digest.ts';
import { blobPath } from '../../../core/image/store/blobs.ts';
import { uploadBlob } from '../../../core/registry/upload.ts';
import { output } from '../../support/commands.ts';
import { writeIndexedLayout } from '../../support/indexed-layout.ts';
import { useNetworkOf } from '../../support/inside.ts';
import { layer, rootfs, writeLayout } from '../../support/layout.ts';
import { student, type TestRegistry, useRegistry } from '../../support/registry.ts';
import { useSandbox } from '../../support/sandbox.ts';
import { failure, tarOf, temporaryRoot } from '../../unit/image/tars.ts';
import { client } from './clients.ts';

const sandbox = useSandbox();
useNetworkOf(sandbox);
const open = useRegistry(sandbox);
const relative = useRegistry(sandbox, { auth: 'basic', relative: true });
const tokens = useRegistry(sandbox, { auth: 'token' });
const config = join(sandbox.directory, 'docker');
let tar = '';

beforeAll(async () => {
  if (process.getuid?.() !== 0) return;
  tar = join(sandbox.directory, 'app.tar');
  writeFileSync(tar, await tarOf(...rootfs()));
});

const tsstep = (...words: string[]) => sandbox.tsstep(words, { env: { DOCKER_CONFIG: config } });

/** What skopeo says about an image of a registry. */
async function inspect(registry: TestRegistry, name: string, ...flags: string[]): Promise<string> {
  const login = registry === open ? [] : ['--creds', `${student.user}:${student.password}`];
  const skopeo = ['skopeo', '--insecure-policy', 'inspect', '--tls-verify=false', ...login, ...flags];
  return await output(sandbox.enter([...skopeo, `docker://${registry.host}/${name}`]));
}

async function login(registry: TestRegistry): Promise<void> {
  const { code, stderr } = await sandbox.tsstep(
    ['login', '-u', student.user, '--password-stdin', registry.host],
    { env: { DOCKER_CONFIG: config }, stdin: `${student.password}\n` },
  );
  if (code !== 0) throw new Error(stderr);
}

/** Every layer of the image as skopeo copies it, which checks all digests. */
async function pulls(registry: TestRegistry, name: string, ...flags: string[]): Promise<void> {
  const login = registry === open ? [] : ['--src-creds', `${student.user}:${student.password}`];
  const to = join(sandbox.directory, 'pulled');
  const skopeo = ['skopeo', '--insecure-policy', 'copy', '--src-tls-verify=false', ...login, ...flags];
  await output(sandbox.enter([...skopeo, `docker://${registry.host}/${name}`, `oci:${to}:x`]));
  rmSync(to, { recursive: true });
}

describe('tsstep push', () => {
  it.each([
    ['an open registry', () => open],
    ['one with passwords and relative locations', () => relative],
    ['one with tokens', () => tokens],
  ])('sends an image to %s, and skopeo gets it from there', async (_, to) => {
    const registry = to();
    const name = `${registry.host}/team/app:1`;
    await tsstep('import', tar, name);
    if (registry !== open) await login(registry);
    const { code, stdout, stderr } = await tsstep('push', name);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const raw = await inspect(registry, 'team/app:1', '--raw');
    const digest = createHash('sha256').update(raw).digest('hex');
    expect(stdout.split('\n')).toEqual([
      `The push refers to repository [${registry.host}/team/app]`,
      expect.stringMatching(/^[0-9a-f]{12}: Preparing$/),
      expect.stringMatching(/^[0-9a-f]{12}: Pushed$/),
      `1: digest: sha256:${digest} size: ${raw.length}`,
      '',
    ]);
    await pulls(registry, 'team/app:1');
    expect((await tsstep('push', name)).stdout).toContain(': Layer already exists\n');
    expect((await tsstep('push', '-q', name)).stdout).toBe(`${name}\n`);
  });

  it('says that latest is meant when no tag is given, and pushes all tags with -a', async () => {
    for (const tag of ['latest', '2']) await tsstep('import', tar, `${open.host}/team/tags:${tag}`);
    const latest = await tsstep('push', `${open.host}/team/tags`);
    expect(latest.stdout).toMatch(/^Using default tag: latest\nThe push refers/);
    const all = await tsstep('push', '-a', `${open.host}/team/tags`);
    expect(all.stdout.match(/^(latest|2): digest: /gm)?.sort()).toEqual(['2: digest: ', 'latest: digest: ']);
    expect(JSON.parse(await inspect(open, 'team/tags:2')).RepoTags.sort()).toEqual(['2', 'latest']);
  });

  it.each([
    ['all platforms that the store has', true],
    ['the image of this machine where the store lacks others', false],
  ])('pushes %s', async (_, complete) => {
    const name = `${open.host}/team/multi-${complete}:1`;
    const directory = join(sandbox.directory, `multi-${complete}`);
    const other = await layer({ name: 'other', content: name });
    const here = process.arch === 'x64' ? 'amd64' : process.arch;
    writeIndexedLayout(directory, name, {
      [here]: writeLayout(`${directory}-here`, 'x', [await layer(...rootfs())]),
      s390x: writeLayout(`${directory}-s390x`, 'x', [other]),
    });
    const { code, stderr } = await tsstep('load', '-i', directory);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    // `load` keeps another platform's manifest, and its layers only where they are this machine's as well.
    if (complete) await sandbox.sh(`cp ${directory}/blobs/sha256/* ${sandbox.root}/images/blobs/sha256/`);
    const pushed = await tsstep('push', name);
    expect(pushed).toMatchObject({ code: 0, stderr: '' });
    const raw = JSON.parse(await inspect(open, `team/multi-${complete}:1`, '--raw'));
    expect('manifests' in raw).toBe(complete);
    await pulls(open, `team/multi-${complete}:1`, ...(complete ? ['--all'] : []));
  });

  it('begins an upload anew that the registry has lost', async () => {
    const host = await open.front();
    await tsstep('import', tar, `${host}/team/again:1`);
    open.proxy.fail(
      { match: /uploads/, method: 'PUT', status: 500 },
      { match: /uploads/, method: 'POST', status: 503 },
      { match: /uploads/, method: 'PUT', status: 404 },
    );
    expect(await tsstep('push', `${host}/team/again:1`)).toMatchObject({ code: 0, stderr: '' });
    await pulls(open, 'team/again:1');
  });

  it('asks once where the registry’s answer is final', async () => {
    const host = await open.front();
    await tsstep('import', tar, `${host}/team/final:1`);
    const body = JSON.stringify({ errors: [{ code: 'NAME_INVALID', message: 'no such project' }] });
    open.proxy.fail({ match: /uploads/, method: 'POST', status: 400, body, times: 9 });
    const { code, stderr } = await tsstep('push', `${host}/team/final:1`);
    expect({ code, stderr }).toEqual({
      code: 125,
      stderr: expect.stringContaining('it answers 400: NAME_INVALID: no such project'),
    });
    expect(open.proxy.seen.filter(({ method }) => method === 'POST')).toHaveLength(1);
  });

  it('ends well although the image is removed meanwhile', async () => {
    const host = await open.front();
    const name = `${host}/team/going:1`;
    const alone = join(sandbox.directory, 'going.tar');
    writeFileSync(alone, await tarOf(...rootfs({ name: 'alone', content: 'alone' })));
    await tsstep('import', alone, name);
    open.proxy.fail({ match: /uploads/, method: 'POST', status: 503, headers: { 'retry-after': '6' } });
    const push = tsstep('push', name);
    await vi.waitUntil(() => open.proxy.seen.some(({ method }) => method === 'POST'), { timeout: 20_000 });
    expect(await tsstep('rmi', name)).toMatchObject({ code: 0 });
    expect(await push).toMatchObject({ code: 0, stderr: '' });
    await pulls(open, 'team/going:1');
    await tsstep('image', 'prune', '-f');
  });

  it('tells a disk that cannot be read from a registry that cannot', async () => {
    const root = temporaryRoot();
    const digest = digestOf('a directory');
    mkdirSync(blobPath(root, digest), { recursive: true });
    const { size } = statSync(blobPath(root, digest));
    const registry = client(open);
    const failed = await failure(uploadBlob(registry, root, 'team/disk', { digest, size }));
    registry.close();
    expect(failed).toMatchObject({ code: 'syscall', what: `reading the blob ${digest}`, errno: 'EISDIR' });
  });

  it('says what to do when it is not let in, and when there is no such image', async () => {
    await tsstep('logout', relative.host);
    await tsstep('import', tar, `${relative.host}/team/denied:1`);
    const denied = await tsstep('push', `${relative.host}/team/denied:1`);
    expect(denied).toMatchObject({
      code: 125,
      stderr: expect.stringContaining(`tsstep login ${relative.host}`),
    });
    await tsstep('import', tar, '127.0.0.1:9/team/gone:1');
    const gone = await tsstep('push', '127.0.0.1:9/team/gone:1');
    expect(gone).toMatchObject({ code: 125, stderr: expect.stringContaining('nothing listens there') });
    for (const scheme of ['http', 'https']) expect(gone.stderr).toContain(`${scheme}://127.0.0.1:9/v2/`);
    const none = await tsstep('push', `${open.host}/team/none`);
    expect(none).toMatchObject({
      code: 125,
      stderr: expect.stringContaining('does not exist on this machine'),
    });
  });
});
