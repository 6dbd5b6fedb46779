/** rmi and prune: what goes, what has to stay, and what is left when they are cut short. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { chainIds } from '../../../core/image/store/chain-id.ts';
import { createImage } from '../../../core/image/store/create.ts';
import type { ResolvedImage } from '../../../core/image/types.ts';
import { takeLock } from '../../../core/kernel/fs.ts';
import { useSandbox } from '../../support/sandbox.ts';
import { OtherStore } from './stores.ts';

const sandbox = useSandbox();
let stores = 0;
const newStore = () => new OtherStore(sandbox, `store-${stores++}`);

const chainOf = ({ layers }: ResolvedImage): string[] => chainIds(layers.map(({ diffId }) => diffId));
const deleted = (...ids: readonly string[]): string => ids.map((id) => `Deleted: ${id}\n`).join('');

/** An image of the lowest `count` layers of another. */
async function makePart(root: string, { layers, config }: ResolvedImage, count: number, name: string) {
  const image = { created: '2026-01-02T00:00:00Z', architecture: 'amd64', config, history: [] };
  return await createImage(root, { ...image, layers: layers.slice(0, count) }, name);
}

describe('rmi', () => {
  it('removes what no other image has, in docker’s words, and keeps what is shared', async () => {
    const store = newStore();
    const image = await store.makeImage('whole');
    const part = await makePart(store.root, image, 3, 'docker.io/library/part:latest');
    expect((await store.run('whole', 'true')).code).toBe(0);
    await store.said('images');
    const chain = chainOf(image);

    expect(await store.said('tag', 'whole', 'also:1')).toBe('');
    expect(await store.said('rmi', 'also:1')).toBe('Untagged: also:1\n');
    expect(await store.said('rmi', 'whole')).toBe(
      `Untagged: whole:latest\n${deleted(image.id, ...chain.slice(3).reverse())}`,
    );
    expect(store.files().filter((path) => /^layers\/[^/]+$/.test(path))).toHaveLength(3);
    expect((await store.run('part', 'cat', '/lab/secret.txt')).stderr).toContain('No such file');
    expect((await store.run('part', 'true')).code).toBe(0);

    expect(await store.said('rmi', part.slice(7, 15))).toBe(
      `Untagged: part:latest\n${deleted(part, ...chain.slice(0, 3).reverse())}`,
    );
    expect(store.files()).toEqual([]);
    expect(await store.said('images', '-q')).toBe('');
  });

  it('refuses while a container that has ended needs the image, and takes no file from it by force', async () => {
    const store = newStore();
    const { id } = await store.makeImage('used');
    await store.said('run', '--name', 'ended', '--network', 'none', 'used', 'true');
    const short = id.slice(7, 19);
    const [container] = (await store.said('ps', '-aq')).split('\n');
    expect(await store.tsstep('rmi', 'used')).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining(
        `conflict: unable to remove repository reference "used" (must force)\n  why:    container ${container} is using its referenced image ${short}\n`,
      ),
    });
    expect((await store.tsstep('rmi', short)).stderr).toContain(
      `conflict: unable to delete ${short} (must be forced)\n  why:    image is being used by stopped container ${container}\n`,
    );
    expect(await store.said('image', 'prune', '-af')).toBe('Total reclaimed space: 0B\n');
    const before = store.files();
    expect(await store.said('rmi', '-f', 'used')).toBe(`Untagged: used:latest\n${deleted(id)}`);
    expect(store.files()).toEqual(before);
    await store.said('rm', 'ended');
    expect(await store.said('image', 'prune', '-f')).toMatch(/^Total reclaimed space: \d.*MB\n$/);
    expect(store.files()).toEqual([]);
  });

  it('leaves an image that runs without a name, and refuses its ID even by force', async () => {
    const store = newStore();
    const { id } = await store.makeImage('runs');
    const script = 'echo up; read line; cat /etc/motd';
    const argv = ['run', '--rm', '-i', '--network', 'none', 'runs', 'sh', '-c', script];
    const started = store.start(argv, { stdin: 'pipe' });
    await started.says('up');
    expect(await store.said('rmi', '-f', 'runs')).toBe('Untagged: runs:latest\n');
    expect(await store.said('images', '-q', '--filter', 'dangling=true', '--no-trunc')).toBe(`${id}\n`);
    const refused = await store.tsstep('rmi', '-f', id);
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('(cannot be forced)') });
    expect(await store.said('image', 'prune', '-f')).toBe('Total reclaimed space: 0B\n');
    started.stdin.end('go on\n');
    expect(await started.ended).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Welcome to the lab'),
    });
    expect(await store.said('image', 'prune', '-f')).toContain(`Deleted Images:\ndeleted: ${id}\n`);
    expect(store.files()).toEqual([]);
  });

  it('of several does what it can, and ends with 1 for one that is not there', async () => {
    const store = newStore();
    await store.makeImage('there');
    expect(await store.tsstep('rmi', 'nope', 'there')).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('Untagged: there:latest\n'),
      stderr: expect.stringContaining('there is no image nope'),
    });
    expect((await store.tsstep('rmi', '-f', 'nope')).code).toBe(0);
  });
});

describe('a container of which a power cut has left', () => {
  /** `container`: the directory of one that has ended. */
  async function ended() {
    const store = newStore();
    await store.makeImage('needed');
    await store.said('run', '--name', 'ended', '--network', 'none', 'needed', 'true');
    const id = (await store.said('ps', '-aq', '--no-trunc')).trim();
    return { store, id, container: join(store.root, 'containers', id), before: store.files() };
  }

  it('no state.json keeps its image', async () => {
    const { store, container, before } = await ended();
    writeFileSync(join(container, 'state.json'), '');
    expect(await store.said('image', 'prune', '-af')).toBe('Total reclaimed space: 0B\n');
    expect(store.files()).toEqual(before);
    expect((await store.tsstep('rmi', 'needed')).stderr).toContain('is using its referenced image');
  });

  it.each([
    ['zeros for config.json', (path: string) => writeFileSync(path, Buffer.alloc(100))],
    ['no config.json', rmSync],
  ])('%s keeps every file until it is removed', async (_, ruin) => {
    const { store, id, container, before } = await ended();
    ruin(join(container, 'config.json'));
    const pruned = await store.tsstep('image', 'prune', '-af');
    expect(pruned.stderr).toBe(
      `tsstep: nobody knows which image container ${id} needs, as its config.json cannot be read, so the files of all images stay. Once it is gone (tsstep rm ${id}), the next \`tsstep rmi\` or \`tsstep image prune\` removes them\n`,
    );
    expect(store.files()).toEqual(before);
    await store.said('rm', id);
    await store.said('image', 'prune', '-f');
    expect(store.files()).toEqual([]);
  });
});

describe('a run and a removal at the same time', () => {
  it('leaves the files of a run that is paused before its container is written down', async () => {
    const store = newStore();
    const { id } = await store.makeImage('paused');
    const argv = ['run', '--rm', '--pause-each', '--network', 'none', 'paused', 'cat', '/etc/motd'];
    const paused = store.start(argv, { stdin: 'pipe' });
    await paused.says('1 of 9');
    paused.stdin.write('next\n');
    await paused.says('2 of 9');
    const removed = await store.tsstep('rmi', 'paused');
    expect(removed).toMatchObject({ code: 0, stdout: expect.stringContaining(`Deleted: ${id}\n`) });
    expect(removed.stderr).toContain('the files stay for now');
    expect(await store.said('images', '-q')).toBe('');
    // From now on its container speaks for it.
    paused.stdin.write('next\n');
    await paused.says('3 of 9');
    expect(await store.said('image', 'prune', '-f')).toMatch(/^Total reclaimed space: /);
    paused.stdin.end('continue\n');
    expect(await paused.ended).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Welcome to the lab'),
    });
    await store.said('image', 'prune', '-f');
    expect(store.files()).toEqual([]);
  });

  it('ends with a container that ran, or with an image that is not there', async () => {
    const store = newStore();
    await store.makeImage('raced');
    const archive = join(sandbox.directory, 'raced.tar');
    await store.said('save', '-o', archive, 'raced');
    const codes: number[] = [];
    for (let i = 0; i < 4; i++) {
      const run = store.run('raced', 'sh', '-c', 'cat /etc/motd');
      await new Promise((resolve) => setTimeout(resolve, i * 40));
      const [ran, removed] = await Promise.all([run, store.tsstep('rmi', '-f', 'raced')]);
      expect(removed.code).toBe(0);
      if (ran.code === 0) expect(ran.stdout).toContain('Welcome to the lab');
      else expect(ran.stderr).toContain('there is no image raced');
      codes.push(ran.code);
      await store.said('load', '-i', archive);
    }
    expect(codes.every((code) => code === 0 || code === 125)).toBe(true);
    expect((await store.run('raced', 'true')).code).toBe(0);
  });
});

describe('a removal that is killed', () => {
  it.each([
    ['before it has done anything', () => true],
    ['when the name is gone', (store: OtherStore) => !indexOf(store).includes('killed')],
    ['when the first file is gone', (store: OtherStore, before: number) => store.files().length < before],
    ['when a layer is on its way out', (store: OtherStore) => partial(store).length > 0],
  ])('%s leaves a usable store, and the next one finishes it', async (_, moment) => {
    const store = newStore();
    const image = await store.makeImage('killed');
    await makePart(store.root, image, 2, 'docker.io/library/kept:latest');
    expect((await store.run('killed', 'true')).code).toBe(0);
    const before = store.files().length;
    const removing = store.start(['rmi', 'killed']);
    let ended = false;
    void removing.ended.then(() => {
      ended = true;
    });
    while (!ended && !moment(store, before)) await new Promise((resolve) => setImmediate(resolve));
    removing.kill('SIGKILL');
    await removing.ended;

    expect((await store.tsstep('images')).code).toBe(0);
    expect((await store.run('kept', 'cat', '/lab/secret.txt')).stdout).toContain('password');
    await store.tsstep('rmi', 'killed');
    await store.said('image', 'prune', '-f');
    // Manifest, configuration and two layers; two directories with their links.
    expect(store.files().filter((path) => path.startsWith('images/'))).toHaveLength(4);
    expect(store.files().filter((path) => /^layers\/(l\/)?[0-9a-f]+$/.test(path))).toHaveLength(4);
    expect(partial(store)).toEqual([]);
    expect((await store.run('kept', 'true')).code).toBe(0);
  });
});

const indexOf = ({ root }: OtherStore): string => readFileSync(join(root, 'images/index.json'), 'utf8');
const partial = (store: OtherStore): string[] =>
  store.files().filter((path) => path.startsWith('layers/partial'));

describe('image prune', () => {
  it('asks first, and does nothing without a yes', async () => {
    const store = newStore();
    await store.makeImage('asked');
    const ask = (stdin: string) => store.start(['image', 'prune', '--all'], { stdin }).ended;
    const question =
      'WARNING! This will remove all images without at least one container associated to them.\nAre you sure you want to continue? [y/N] ';
    expect(await ask('n\n')).toEqual({ code: 0, stdout: question, stderr: '' });
    expect(await ask('')).toEqual({ code: 0, stdout: question, stderr: '' });
    expect(await ask('y\n')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`${question}Deleted Images:\nuntagged: asked:latest\ndeleted: sha256:`),
    });
    expect(store.files()).toEqual([]);
  });

  it('takes what dead programs have left half-made, and leaves a download that goes on', async () => {
    const store = newStore();
    await store.makeImage('healthy');
    const downloads = join(store.root, 'images/downloads');
    const [going, dead] = ['a'.repeat(64), 'b'.repeat(64)].map((name) => join(downloads, name));
    for (const folder of [
      downloads,
      join(store.root, 'layers/partial/run-0'),
      join(store.root, 'images/tmp'),
    ])
      mkdirSync(folder, { recursive: true });
    for (const path of [
      going,
      dead,
      join(store.root, 'layers/partial/run-0/file'),
      join(store.root, 'images/tmp/1-x'),
    ])
      writeFileSync(path ?? '', 'x'.repeat(1000));
    const release = await takeLock(going ?? '', 'exclusive');
    expect(await store.said('image', 'prune', '--force')).toBe('Total reclaimed space: 3kB\n');
    expect([going, dead].map((path) => existsSync(path ?? ''))).toEqual([true, false]);
    release?.();
    expect((await store.run('healthy', 'true')).code).toBe(0);
  });

  it('with filters takes only what they choose', async () => {
    const store = newStore();
    const image = await store.makeImage('old');
    await makePart(store.root, image, 1, 'docker.io/library/newer:latest');
    const pruned = await store.said('image', 'prune', '-af', '--filter', 'until=2026-01-01T12:00:00Z');
    expect(pruned).toContain('untagged: old:latest\n');
    expect(await store.said('images', '--format', '{{.Repository}}')).toBe('newer\n');
  });
});
