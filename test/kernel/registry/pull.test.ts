/** `tsstep pull`, and `tsstep run` of an image that is not here, from a real registry. */
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Result, StartOptions } from '../../support/commands.ts';
import { writeIndexedLayout } from '../../support/indexed-layout.ts';
import { useNetworkOf } from '../../support/inside.ts';
import { layer, rootfs, writeLayout } from '../../support/layout.ts';
import { ofType, operationsOf } from '../../support/recording.ts';
import { useRegistry } from '../../support/registry.ts';
import { useSandbox } from '../../support/sandbox.ts';

const sandbox = useSandbox();
useNetworkOf(sandbox);
const registry = useRegistry(sandbox);
const program = join(import.meta.dirname, '../../../bin/tsstep');
let front = '';
let store = 0;

/** A store of its own for each test: nothing is there yet. */
const root = () => join(sandbox.directory, `store-${store}`);
const within = (options: StartOptions = {}): StartOptions => ({
  ...options,
  env: { TSSTEP_ROOT: root(), TSSTEP_RUN: join(root(), 'run'), ...options.env },
});
const tsstep = async (words: string, options: StartOptions = {}): Promise<Result> =>
  await sandbox.tsstep(words.split(' '), within(options));
const asked = (part: string) => registry.proxy.seen.filter(({ path }) => path.includes(part));
const below = (name: string) => (existsSync(join(root(), name)) ? readdirSync(join(root(), name)) : []);
const notHere = (name: string) => `Unable to find image '${name}' locally\n`;

beforeAll(async () => {
  if (registry.host === '') return;
  const base = await layer(...rootfs({ name: 'etc/level', content: '1' }));
  const top = await layer(
    { name: 'etc/level', content: '2' },
    { name: 'big', content: randomBytes(3_000_000) },
  );
  const more = await layer({ name: 'etc/more', content: 'more' });
  const config = { Cmd: ['cat', '/etc/level'], Env: ['PATH=/bin'] };
  const write = (name: string, layers: Parameters<typeof writeLayout>[2], architecture?: string) =>
    writeLayout(join(sandbox.directory, name), '1', layers, config, architecture);
  const two = write('two', [base, top]);
  await registry.fill(`oci:${two}:1`, 'team/two:1');
  await registry.fill(`oci:${two}:1`, 'library/ubuntu:latest');
  await registry.fill(`oci:${two}:1`, 'team/schema2:1', '--format', 'v2s2');
  await registry.fill(`oci:${two}:1`, 'team/zstd:1', '--dest-compress-format', 'zstd', '--format', 'oci');
  await registry.fill(`oci:${write('three', [base, top, more])}:1`, 'team/three:1');
  const many = await Promise.all(
    Array.from({ length: 59 }, (_, index) => layer({ name: `n/${index}`, content: `${index}` })),
  );
  await registry.fill(`oci:${write('sixty', [base, ...many])}:1`, 'team/sixty:1');
  const other = await layer(...rootfs({ name: 'etc/level', content: 'another machine' }));
  const indexed = writeIndexedLayout(join(sandbox.directory, 'indexed'), '1', {
    [process.arch === 'x64' ? 'amd64' : process.arch]: two,
    s390x: write('other', [other], 's390x'),
  });
  await registry.fill(`oci:${indexed}:1`, 'team/platforms:1', '--all');
  front = await registry.front();
});

beforeEach(() => {
  store++;
  if (registry.host !== '') registry.proxy.fail();
});

describe('a run of an image that is not here', () => {
  it('gets it, says so as docker does, and asks nobody the next time', async () => {
    const first = await tsstep(`run --rm ${front}/team/two:1`);
    expect(first).toMatchObject({ code: 0, stdout: '2' });
    expect(first.stderr).toMatch(
      new RegExp(
        `^${notHere(`${front}/team/two:1`)}1: Pulling from team/two\n([0-9a-f]{12}: (Pulling fs layer|Download complete|Pull complete)\n){6}$`,
      ),
    );
    registry.proxy.fail();
    expect(await tsstep(`run --rm ${front}/team/two:1`)).toEqual({ code: 0, stdout: '2', stderr: '' });
    expect(registry.proxy.seen).toEqual([]);
  });

  it('fails with --pull never, and asks again with --pull always', async () => {
    const never = await tsstep(`run --rm --pull never ${front}/team/two:1`);
    expect(never).toMatchObject({ code: 125, stderr: expect.stringContaining('tsstep pull') });
    expect(registry.proxy.seen).toEqual([]);
    await tsstep(`run --rm ${front}/team/two:1`);
    registry.proxy.fail();
    expect(await tsstep(`run --rm --pull always ${front}/team/two:1`)).toMatchObject({ code: 0 });
    expect(asked('/manifests/')).toHaveLength(1);
    expect(asked('/blobs/')).toEqual([]);
  });

  it('takes the image for --platform from an index, and this machine’s without', async () => {
    expect(await tsstep(`run --rm ${front}/team/platforms:1`)).toMatchObject({ code: 0, stdout: '2' });
    const other = await tsstep(`run --rm --platform linux/s390x ${front}/team/platforms:1`);
    expect(other).toMatchObject({ code: 0, stdout: 'another machine' });
    expect(await tsstep(`image inspect -f {{.Architecture}} ${front}/team/platforms:1`)).toMatchObject({
      stdout: 's390x\n',
    });
    const lone = await tsstep(`pull --platform linux/s390x ${front}/team/two:1`);
    expect(lone).toMatchObject({ code: 125, stderr: expect.stringContaining('linux/s390x was asked for') });
    const none = await tsstep(`pull --platform linux/riscv64 ${front}/team/platforms:1`);
    expect(none).toMatchObject({
      code: 125,
      stderr: expect.stringMatching(/riscv64, only for linux\/\w+, linux\/s390x/),
    });
  });

  it.each(['schema2', 'zstd', 'sixty'])('runs team/%s', async (name) => {
    expect(await tsstep(`run --rm -q ${front}/team/${name}:1`.replace(' -q', ''))).toMatchObject({
      code: 0,
      stdout: name === 'sixty' ? '1' : '2',
    });
  });

  it('says that latest is meant where no tag is given, and only there', async () => {
    const env = { TSSTEP_REGISTRY_MIRROR: `http://${front}` };
    expect((await tsstep('pull ubuntu:latest', { env })).stdout).toMatch(
      /^latest: Pulling from library\/ubuntu/,
    );
    expect((await tsstep('pull ubuntu', { env })).stdout).toMatch(/^Using default tag: latest\n/);
  });

  it('finds library images behind a mirror, and falls back on docker.io when the mirror lacks them', async () => {
    const env = { TSSTEP_REGISTRY_MIRROR: `http://${front}` };
    expect(await tsstep('run --rm ubuntu', { env })).toMatchObject({ code: 0, stdout: '2' });
    expect(asked('/v2/library/ubuntu/manifests/latest')).toHaveLength(1);
    const lacking = await tsstep('run --rm debian', { env });
    expect(lacking).toMatchObject({
      code: 125,
      stderr: expect.stringMatching(/registry-1\.docker\.io.*\n.*\n.*before that, .*debian/),
    });
  });
});

describe('tsstep pull', () => {
  it('prints docker’s lines, and the name alone with -q', async () => {
    const { code, stdout, stderr } = await tsstep(`pull ${front}/team/two:1`);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout.split('\n');
    expect(lines[0]).toBe('1: Pulling from team/two');
    expect(lines.slice(-4)).toEqual([
      expect.stringMatching(/^Digest: sha256:[0-9a-f]{64}$/),
      `Status: Downloaded newer image for ${front}/team/two:1`,
      `${front}/team/two:1`,
      '',
    ]);
    const again = await tsstep(`pull ${front}/team/two:1`);
    expect(again.stdout).toContain(`Status: Image is up to date for ${front}/team/two:1\n`);
    expect(again.stdout.match(/Already exists/g)).toHaveLength(2);
    expect(await tsstep(`pull -q ${front}/team/two:1`)).toEqual({
      code: 0,
      stdout: `${front}/team/two:1\n`,
      stderr: '',
    });
  });

  it('gets by digest, and only the layers that no other image has brought', async () => {
    const first = await tsstep(`pull ${front}/team/two:1`);
    const digest = /sha256:\w+/.exec(first.stdout)?.[0];
    registry.proxy.fail();
    await tsstep(`pull ${front}/team/three:1`);
    expect(asked('/blobs/')).toHaveLength(2);
    expect(await tsstep(`run --rm ${front}/team/two@${digest}`)).toMatchObject({ code: 0, stdout: '2' });
    expect(await tsstep(`pull ${front}/team/other@${digest}`)).toMatchObject({ code: 125 });
  });

  it('refuses an ID, which no registry knows', async () => {
    await tsstep(`pull ${front}/team/two:1`);
    const { stdout: id } = await tsstep('images -q --no-trunc');
    registry.proxy.fail();
    expect(await tsstep(`pull ${id.trim()}`)).toMatchObject({
      code: 125,
      stdout: '',
      stderr: expect.stringContaining('cannot be pulled'),
    });
    expect(registry.proxy.seen).toEqual([]);
  });

  it('can be watched like a run: each request is an operation', async () => {
    const pull = sandbox.startTsstep(
      ['pull', '--step', `${front}/team/platforms:1`],
      within({ stdin: 'c\n', events: true }),
    );
    expect(await pull.ended).toMatchObject({ code: 0 });
    expect(operationsOf(pull.events).map((at) => at.replace('image:', ''))).toEqual([
      ...['resolve', 'ping', 'ping-2', 'manifest-2', 'platform-2', 'config-2'],
      ...['layer-1-2', 'unpack-1', 'layer-2-2', 'unpack-2', 'record-2'],
    ]);
    expect(pull.stderr).toContain(`GET http://${front}/v2/team/platforms/manifests/1 = 200`);
    expect(pull.events.at(-1)).toMatchObject({ type: 'session-ended', result: 'pulled' });
    const unseen = ofType(pull.events, 'operation-ended').filter(
      (event) => event.ok && event.changes.length === 0,
    );
    expect(unseen.map(({ name }) => name)).toEqual([]);
  });

  it('leaves no image behind when it fails, and gets only the rest the next time', async () => {
    const failed = await tsstep(`pull --inject image:unpack-2=ENOSPC ${front}/team/two:1`);
    expect(failed).toMatchObject({ code: 125, stderr: expect.stringContaining('ENOSPC') });
    expect(await tsstep('images -q')).toMatchObject({ stdout: '' });
    expect(below('layers/partial')).toEqual([]);
    registry.proxy.fail();
    expect(await tsstep(`pull ${front}/team/two:1`)).toMatchObject({ code: 0 });
    expect(asked('/blobs/')).toEqual([]);
  });

  it('brings again what a run has found damaged', async () => {
    await tsstep(`pull ${front}/team/two:1`);
    const blobs = below('images/blobs/sha256').map((name) => join(root(), 'images/blobs/sha256', name));
    rmSync(join(root(), 'layers'), { recursive: true });
    const largest = blobs.reduce((one, other) => (statSync(one).size > statSync(other).size ? one : other));
    writeFileSync(largest, Buffer.alloc(statSync(largest).size));
    expect((await tsstep(`run --rm ${front}/team/two:1`)).stderr).toContain('is damaged');
    expect((await tsstep(`pull ${front}/team/two:1`)).code).toBe(0);
    expect(await tsstep(`run --rm ${front}/team/two:1`)).toMatchObject({ code: 0, stdout: '2' });
  });

  it('ends a download at Ctrl-C, and leaves no image behind', async () => {
    registry.proxy.fail({ match: /blobs/, times: 9, stallAfter: 1_000_000 });
    const run = sandbox.startTsstep(['run', '--rm', `${front}/team/two:1`], within({ events: true }));
    await run.until('progress', () =>
      run.events.find((event) => event.type === 'progress' && event.name === 'layer-2-2'),
    );
    run.kill('SIGINT');
    expect(await run.ended).toMatchObject({ code: 130 });
    expect(await tsstep('images -q')).toMatchObject({ stdout: '' });
  });

  it('goes on where it was after kill -9', async () => {
    registry.proxy.fail({ match: /blobs/, times: 9, stallAfter: 1_000_000 });
    const pull = sandbox.startTsstep(['pull', `${front}/team/two:1`], within({ events: true }));
    await pull.until('progress of the big layer', () =>
      pull.events.find(
        (event) => event.type === 'progress' && event.name === 'layer-2-2' && event.done > 500_000,
      ),
    );
    pull.kill('SIGKILL');
    await pull.ended;
    registry.proxy.fail();
    expect(await tsstep(`run --rm ${front}/team/two:1`)).toMatchObject({ code: 0, stdout: '2' });
    expect(asked('/blobs/').some(({ range }) => range !== undefined)).toBe(true);
    expect(below('images/downloads')).toEqual([]);
  });

  it('does the work once when two pull at a time', async () => {
    const both = await Promise.all([1, 2].map(() => tsstep(`pull ${front}/team/two:1`)));
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    const blobs = asked('/blobs/').map(({ path }) => path);
    expect(blobs).toHaveLength(new Set(blobs).size);
  });

  it('goes on with many layers without a word on stderr', async () => {
    const { code, stderr } = await tsstep(`pull ${front}/team/sixty:1`);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  it('gives the name to the newer image when the tag has moved', async () => {
    await tsstep(`pull ${front}/team/two:1`);
    const before = await tsstep('images -q');
    await registry.fill(`oci:${join(sandbox.directory, 'three')}:1`, 'team/moves:1');
    await tsstep(`pull ${front}/team/moves:1`);
    await registry.fill(`oci:${join(sandbox.directory, 'two')}:1`, 'team/moves:1');
    const moved = await tsstep(`pull ${front}/team/moves:1`);
    expect(moved.stdout).toContain('Downloaded newer image');
    const images = await tsstep('images --format {{.Repository}}:{{.Tag}}={{.ID}}');
    expect(images.stdout).toContain(`${front}/team/moves:1=${before.stdout.trim()}`);
  });

  it('shows bars with speed and time left on a terminal', async () => {
    registry.proxy.fail({ match: /blobs/, times: 9, stallAfter: 2_000_000 });
    const pull = sandbox.start(
      ['script', '-qec', `stty cols 80; ${program} pull ${front}/team/two:1`, '/dev/null'],
      within({ stdin: 'pipe', env: { TERM: 'xterm' } }),
    );
    const bar = /[0-9a-f]{12}: Downloading \[=+>? *\] [\d.]+MB\/3MB [\d.]+[kM]B\/s \d+s/;
    await pull.until('a bar', () => bar.exec(pull.stdout) ?? undefined);
    pull.kill('SIGKILL');
    await pull.ended;
  });
});

describe('a registry that cannot be asked', () => {
  it('is named, with why and what to do, and a name that is almost right is offered', async () => {
    const nobody = await tsstep('run --rm 127.0.0.1:9/team/lab');
    expect(nobody).toMatchObject({
      code: 125,
      stderr: expect.stringMatching(/127\.0\.0\.1:9.*\n.*\n.*ECONNREFUSED/),
    });
    expect(await tsstep('run --rm lba true')).toMatchObject({
      code: 125,
      stderr: expect.stringContaining('did you mean `lab:latest`?'),
    });
  });

  it('that has no such image is told from one that wants a login', async () => {
    const absent = await tsstep(`pull ${front}/team/nothing`);
    expect(absent).toMatchObject({ code: 125, stderr: expect.stringContaining('does not have the image') });
    registry.proxy.fail({
      match: /manifests/,
      times: 9,
      status: 401,
      body: '{"errors":[{"code":"UNAUTHORIZED"}]}',
    });
    expect(await tsstep(`pull ${front}/team/two:1`)).toMatchObject({
      code: 125,
      stderr: expect.stringContaining('tsstep login'),
    });
  });
});
