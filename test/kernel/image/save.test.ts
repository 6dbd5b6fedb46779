/** save: what it writes is loaded by whoever reads docker’s archives or OCI layouts. */
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { indexType } from '../../../core/image/media-types.ts';
import { blobPath, writeBlob } from '../../../core/image/store/blobs.ts';
import { recordImage } from '../../../core/image/store/layout.ts';
import { output, run } from '../../support/commands.ts';
import { useDocker } from '../../support/docker.ts';
import { useSandbox } from '../../support/sandbox.ts';
import { lacks } from './layers.ts';
import { OtherStore } from './stores.ts';

const sandbox = useSandbox();
let stores = 0;
const newStore = () => new OtherStore(sandbox, `store-${stores++}`);
const archiveOf = (name: string): string => join(sandbox.directory, `${name}.tar`);

describe('save', () => {
  it('writes what tsstep load takes, digests and all, and the same bytes each time', async () => {
    const store = newStore();
    const { id, digest } = await store.makeImage('there:1');
    await store.said('tag', 'there:1', 'there:2');
    await store.said('tag', 'there:1', 'ghcr.io/owner/other:1');
    const [all, again] = [archiveOf('all'), archiveOf('again')];
    await store.said('save', '-o', all, 'there', 'ghcr.io/owner/other:1');
    await store.said('save', '-o', again, 'ghcr.io/owner/other:1', 'there:2', 'there:1');
    expect(sha256(all)).toBe(sha256(again));

    const other = newStore();
    expect(await other.said('load', '-i', all)).toBe(
      'Loaded image: there:1\nLoaded image: there:2\nLoaded image: ghcr.io/owner/other:1\n',
    );
    expect(await other.said('images', '--digests', '--no-trunc', '--format', '{{.ID}} {{.Digest}}')).toBe(
      `${id} ${digest}\n`.repeat(3),
    );
    expect((await other.run('there:2', 'cat', '/etc/motd')).stdout).toContain('Welcome');
  });

  it('follows no symlink that somebody put beside the archive', async () => {
    const store = newStore();
    await store.makeImage('there:1');
    const folder = join(sandbox.directory, 'anybodys');
    mkdirSync(folder);
    writeFileSync(join(folder, 'victim'), 'untouched');
    const tsstep = join(import.meta.dirname, '../../../bin/tsstep');
    // exec keeps the process ID, so that it is known beforehand.
    await sandbox.sh(
      `cd ${folder}; ln -s victim all.tar.$$.partial; TSSTEP_ROOT=${store.root} exec ${tsstep} save -o all.tar there:1`,
    );
    expect(lstatSync(join(folder, 'victim')).size).toBe('untouched'.length);
    expect(lstatSync(join(folder, 'all.tar')).isFile()).toBe(true);
    expect(readdirSync(folder)).toHaveLength(3);
  });

  it('by ID saves no name', async () => {
    const store = newStore();
    const { id } = await store.makeImage('named');
    await store.said('save', '-o', archiveOf('nameless'), id.slice(7, 19));
    const other = newStore();
    expect(await other.said('load', '-i', archiveOf('nameless'))).toBe(`Loaded image ID: ${id}\n`);
    expect(await other.said('images', '--format', '{{.Repository}} {{.Tag}}')).toBe('<none> <none>\n');
  });

  it('writes what podman loads, and skopeo in both formats', async ({ skip }) => {
    skip(lacks('podman') || lacks('skopeo'), 'podman or skopeo is not installed');
    const store = newStore();
    const { id, digest } = await store.makeImage('example.com/team/saved:1');
    const archive = archiveOf('podman');
    await store.said('save', '-o', archive, 'example.com/team/saved:1');
    const podman = async (...argv: string[]) => {
      const at = join(sandbox.directory, 'podman');
      return await sandbox.sh(
        `podman --root ${at}/root --runroot ${at}/run --storage-driver vfs ${argv.join(' ')} 2>/dev/null`,
      );
    };
    expect(await podman('load', '--input', archive)).toContain('Loaded image: example.com/team/saved:1');
    expect(await podman('images', '--no-trunc', '--quiet')).toBe(`${id}\n`);
    const inspect = (from: string) => output(['skopeo', 'inspect', '--format', '{{.Digest}}', from]);
    expect(await inspect(`oci-archive:${archive}:1`)).toBe(`${digest}\n`);
    expect(await output(['skopeo', 'list-tags', `docker-archive:${archive}`])).toContain(
      '"example.com/team/saved:1"',
    );
  });

  it('refuses a terminal, and leaves no file behind where it fails', async () => {
    const store = newStore();
    const { layers } = await store.makeImage('damaged');
    const terminal = await sandbox.run(
      ['script', '-qec', `${join(import.meta.dirname, '../../../bin/tsstep')} save damaged`, '/dev/null'],
      { env: { TSSTEP_ROOT: store.root } },
    );
    expect(terminal).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('cowardly refusing to save'),
    });

    const path = blobPath(store.root, layers[0]?.digest ?? '');
    const bytes = readFileSync(path);
    bytes[1000] = (bytes[1000] ?? 0) ^ 1;
    writeFileSync(path, bytes);
    const folder = join(sandbox.directory, 'saved');
    mkdirSync(folder);
    const failed = await store.tsstep('save', '-o', join(folder, 'a.tar'), 'damaged');
    expect(failed).toMatchObject({ code: 125, stderr: expect.stringContaining('is damaged') });
    expect(readdirSync(folder)).toEqual([]);
    expect(await store.tsstep('save', '-o', '/nowhere/a.tar', 'damaged')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('/nowhere/a.tar cannot be written'),
    });
  });

  it('of an image that was pulled as one of several platforms has the manifest of this one', async () => {
    const store = newStore();
    const { id, digest } = await store.makeImage('single');
    const size = readFileSync(blobPath(store.root, digest)).length;
    const mediaType = 'application/vnd.oci.image.manifest.v1+json';
    const here = { os: 'linux', architecture: process.arch === 'x64' ? 'amd64' : process.arch };
    const manifests = [
      {
        mediaType,
        digest: `sha256:${'e'.repeat(64)}`,
        size: 1,
        platform: { os: 'linux', architecture: 's390x' },
      },
      { mediaType, digest, size, platform: here },
    ];
    const blob = await writeBlob(store.root, [
      Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: indexType, manifests })),
    ]);
    await recordImage(store.root, { mediaType: indexType, ...blob }, 'docker.io/library/multi:1');
    await recordImage(
      store.root,
      { mediaType: indexType, ...blob },
      `docker.io/library/multi@${blob.digest}`,
    );
    await store.said('rmi', 'single');
    expect(
      await store.said('images', '--digests', '--no-trunc', '--format', '{{.ID}} {{.Tag}} {{.Digest}}'),
    ).toBe(`${id} <none> ${blob.digest}\n${id} 1 ${blob.digest}\n`);
    const inspected = await store.said(
      'inspect',
      '-f',
      '{{json .RepoTags}} {{json .RepoDigests}}',
      'multi:1',
    );
    expect(inspected).toBe(`["multi:1"] ["multi@${blob.digest}"]\n`);
    await store.said('save', '-o', archiveOf('multi'), 'multi:1');
    const other = newStore();
    expect(await other.said('load', '-i', archiveOf('multi'))).toBe('Loaded image: multi:1\n');
    expect(await other.said('images', '--format', '{{.Digest}}')).toBe(`${digest}\n`);
    expect((await store.run(`multi@${blob.digest}`, 'true')).code).toBe(0);
    expect(await store.said('rmi', 'multi:1')).toContain(
      `Untagged: multi:1\nUntagged: multi@${blob.digest}\nDeleted: ${id}\n`,
    );
    expect(store.files()).toEqual([]);
  });

  it('ends without a word too many when its reader goes away', async () => {
    const store = newStore();
    await store.makeImage('piped');
    const bin = join(import.meta.dirname, '../../../bin/tsstep');
    const { stdout, stderr } = await run(
      ['bash', '-c', `${bin} save piped | head -c 1000 | wc -c; echo "\${PIPESTATUS[0]}"`],
      {
        env: { TSSTEP_ROOT: store.root },
      },
    );
    expect(stdout).toBe('1000\n1\n');
    expect(stderr).toContain('tsstep: standard output cannot be written\n');
  });
});

describe('beside docker', () => {
  const docker = useDocker(sandbox);
  const archive = archiveOf('docker');

  it('an image that tsstep saved is loaded, runs, and is shown in the same words', async () => {
    await docker.docker('rmi', '--force', 'lab');
    const { code } = await sandbox.tsstep(['save', '-o', archive, 'lab']);
    expect(code).toBe(0);
    expect(await docker.output('load', '--input', archive)).toBe('Loaded image: lab:latest');
    expect(await docker.output('run', '--rm', '--network', 'none', 'lab', 'cat', '/etc/motd')).toContain(
      'Welcome',
    );
    const said = async (...argv: string[]) => (await sandbox.tsstep(argv)).stdout.trim();
    const both = async (...argv: string[]) => [await said(...argv), await docker.output(...argv)];
    for (const argv of [
      ['images'],
      ['images', '--no-trunc', '--quiet'],
      ['images', '--format', 'table {{.Repository}}\\t{{.Size}}\\t{{.CreatedAt}}'],
      ['history', 'lab'],
      ['history', '--no-trunc', '--quiet', 'lab'],
      ['system', 'df'],
    ]) {
      const [ours, theirs] = await both(...argv);
      expect(ours, argv.join(' ')).toBe(theirs);
    }
    expect(await said('history', '--no-trunc', '--no-human', 'lab')).toBe(
      await docker.output('history', '--no-trunc', '--human=false', 'lab'),
    );
    const [ours, theirs] = (await both('image', 'inspect', 'lab')).map(
      (text) => (JSON.parse(text ?? '') as Record<string, unknown>[])[0] ?? {},
    );
    for (const [field, value] of Object.entries(ours ?? {})) {
      // The store keeps digests, docker has none of what it loads; directories are elsewhere.
      if (['RepoDigests', 'GraphDriver', 'Metadata'].includes(field)) continue;
      expect(value, field).toEqual(theirs?.[field]);
    }
  });

  it('removing says the same, and is refused in the same words', async () => {
    const store = newStore();
    await store.said('load', '-i', archive);
    const both = async (...argv: string[]) => {
      const [ours, theirs] = [await store.tsstep(...argv), await docker.docker(...argv)];
      expect([ours.code, ours.stdout], argv.join(' ')).toEqual([theirs.code, theirs.stdout]);
      return [ours.stderr, theirs.stderr];
    };
    await both('tag', 'lab', 'a/b:1');
    await both('tag', 'lab', 'c:2');
    await both('rmi', 'c:2');
    const id = (await store.said('images', '-q', 'lab')).trim();
    const run = ['run', '--name', 'ended', '--network', 'none', 'lab', 'true'];
    await both(...run);
    await both('system', 'df');
    await both('rmi', 'a/b:1');
    for (const argv of [
      ['rmi', id],
      ['rmi', 'lab'],
    ]) {
      const [ours = '', theirs = ''] = await both(...argv);
      const words = (text: string) =>
        (/conflict: .*/s.exec(text)?.[0] ?? text).replace(/container [0-9a-f]{12}/, 'container ID');
      const [what = '', why = ''] = words(ours).split(/\n {2}(?:why|remedy): +/);
      expect(words(theirs)).toBe(`${what} - ${why}\n`);
    }
    await both('rm', 'ended');
    await both('rmi', 'lab', 'nope');
    await both('rmi', '-f', 'nope');
    await both('image', 'prune', '-f');
    expect(existsSync(archive)).toBe(true);
  });
});

const sha256 = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');
