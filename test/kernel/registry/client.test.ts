import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { digestOf } from '../../../core/image/digest.ts';
import { Registry } from '../../../core/registry/client.ts';
import { endpointsFor } from '../../../core/registry/settings.ts';
import type { RegistrySettings } from '../../../core/registry/types.ts';
import { signature } from '../../support/fault-proxy.ts';
import { HttpProxy } from '../../support/http-proxy.ts';
import { useNetworkOf } from '../../support/inside.ts';
import { layer, writeLayout } from '../../support/layout.ts';
import { elsewhere, student, type TestRegistry, useRegistry } from '../../support/registry.ts';
import { useSandbox } from '../../support/sandbox.ts';
import { failure, temporaryRoot } from '../../unit/image/tars.ts';

const sandbox = useSandbox();
useNetworkOf(sandbox);
const open = useRegistry(sandbox);
const basic = useRegistry(sandbox, { auth: 'basic' });
const tokens = useRegistry(sandbox, { auth: 'token' });
const secure = useRegistry(sandbox, { auth: 'basic', tls: true, address: elsewhere });
const plain = useRegistry(sandbox, { address: elsewhere });
const guarded = useRegistry(sandbox, { tls: true, clients: true, address: elsewhere });
let front = '';

beforeAll(async () => {
  if (secure.host === '') return;
  const directory = writeLayout(join(sandbox.directory, 'small'), '1', [
    await layer({ name: 'hello', content: 'hello' }),
  ]);
  for (const registry of [open, basic, tokens, secure, plain])
    await registry.fill(`oci:${directory}:1`, 'team/small:1');
  front = await open.front();
});

beforeEach(() => open.proxy.fail());

const none: RegistrySettings = { mirrors: [], insecure: [] };

function client(
  registry: Pick<TestRegistry, 'host' | 'url'>,
  env: NodeJS.ProcessEnv = {},
  settings = none,
  mirror = false,
): Registry {
  return new Registry({ registry: registry.host, url: registry.url, mirror }, { env, settings });
}

const faulty = (env: NodeJS.ProcessEnv = {}) => client({ host: front, url: `http://${front}` }, env);

/** The environment of somebody who has logged in to the registry; `auths` as docker writes it. */
function loggedIn(host: string, entry: object = { auth: btoa(`${student.user}:${student.password}`) }) {
  const DOCKER_CONFIG = temporaryRoot();
  writeFileSync(join(DOCKER_CONFIG, 'config.json'), JSON.stringify({ auths: { [host]: entry } }));
  return { DOCKER_CONFIG };
}

/** No word of it may be in what is recorded or shown. */
const secrets = [student.password, student.identityToken, btoa(`${student.user}:${student.password}`), 'eyJ'];
const expectNoSecret = (value: unknown) => {
  for (const secret of secrets) expect(JSON.stringify(value)).not.toContain(secret);
};

describe('a manifest', () => {
  it('comes by tag and by digest, and says what it is', async () => {
    const registry = client(open);
    expect(await registry.ping()).toMatchObject({ status: 200, url: `${open.url}/v2/` });
    const tagged = await registry.manifest('team/small', '1');
    expect(tagged.descriptor).toEqual({
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      digest: digestOf(tagged.bytes),
      size: tagged.bytes.length,
    });
    expect((await registry.manifest('team/small', tagged.descriptor.digest)).bytes).toEqual(tagged.bytes);
  });

  it.each([
    ['a tag', 'team/small', '2'],
    ['a repository', 'team/none', '1'],
    ['a digest', 'team/small', digestOf('none')],
  ])('is no-such-image for %s that does not exist', async (_, repository, reference) => {
    expect(await failure(client(open).manifest(repository, reference))).toMatchObject({
      code: 'no-such-image',
    });
  });

  it.each([
    ['by tag', '1', { match: /manifests/, replace: { 'docker-content-digest': digestOf('other') } }],
    ['by digest', digestOf('asked'), { match: /manifests/, status: 200, body: '{"schemaVersion":2}' }],
  ])('is refused when it has another digest, %s', async (_, reference, fault) => {
    open.proxy.fail(fault);
    expect(await failure(faulty().manifest('team/small', reference))).toMatchObject({
      code: 'bad-image',
      what: expect.stringContaining('damaged'),
    });
  });

  it('is refused when it is of schema 1', async () => {
    const headers = { 'content-type': 'application/vnd.docker.distribution.manifest.v1+prettyjws' };
    open.proxy.fail({ match: /manifests/, status: 200, headers, body: '{"schemaVersion":1}' });
    expect(await failure(faulty().manifest('team/small', '1'))).toMatchObject({
      code: 'bad-image',
      why: expect.stringContaining('schema 1'),
    });
  });

  it('is refused when it is larger than any manifest', async () => {
    open.proxy.fail({ match: /manifests/, status: 200, body: ' '.repeat(9 * 1024 * 1024) });
    expect(await failure(faulty().manifest('team/small', '1'))).toMatchObject({
      code: 'registry',
      what: expect.stringContaining('too large'),
    });
  });
});

describe('a registry that falters', () => {
  it.each([500, 502, 503, 504, 429])('is asked again after %d', async (status) => {
    open.proxy.fail({ match: /manifests/, times: 2, status });
    const { retries } = await faulty().manifest('team/small', '1');
    expect(retries).toEqual([`status ${status}, waited 0.5 s`, `status ${status}, waited 1 s`]);
  });

  it('is given up after four times, with its own words', async () => {
    const body = '{"errors":[{"code":"UNKNOWN","message":"the disk is full\\u001b[2J"}]}';
    open.proxy.fail({ match: /manifests/, times: 9, status: 500, body });
    expect(await failure(faulty().manifest('team/small', '1'))).toMatchObject({
      code: 'registry',
      why: 'it answers 500: UNKNOWN: the disk is full [2J; asked 4 times',
    });
    expect(open.proxy.seen).toHaveLength(4);
  });

  it('is asked again when it wants to, as seconds and as a date', async () => {
    open.proxy.fail(
      { match: /manifests/, status: 429, headers: { 'retry-after': '1' } },
      { match: /manifests/, status: 503, headers: { 'retry-after': new Date(0).toUTCString() } },
    );
    const { retries } = await faulty().manifest('team/small', '1');
    expect(retries).toEqual(['status 429, waited 1 s', 'status 503, waited 0 s']);
  });

  it('is left alone when it wants a long pause', async () => {
    const body = '{"errors":[{"code":"TOOMANYREQUESTS","message":"You have reached your pull rate limit."}]}';
    open.proxy.fail({ match: /manifests/, times: 9, status: 429, headers: { 'retry-after': '3600' }, body });
    expect(await failure(faulty().manifest('team/small', '1'))).toMatchObject({
      code: 'rate-limited',
      why: 'TOOMANYREQUESTS: You have reached your pull rate limit.',
      remedy: expect.stringContaining('3600 s'),
    });
    expect(open.proxy.seen).toHaveLength(1);
  });

  it('names the ways out when docker.io has had enough', async () => {
    open.proxy.fail({ match: /manifests/, times: 9, status: 429, headers: { 'retry-after': '3600' } });
    const hub = client({ host: 'docker.io', url: `http://${front}` });
    const { remedy } = await failure(hub.manifest('library/nginx', '1'));
    for (const word of ['tsstep login', 'TSSTEP_REGISTRY_MIRROR']) expect(remedy).toContain(word);
  });

  it('is not followed in circles', async () => {
    open.proxy.fail({
      match: /manifests/,
      times: 99,
      status: 302,
      headers: { location: '/v2/x/manifests/1' },
    });
    expect(await failure(faulty().manifest('team/small', '1'))).toMatchObject({
      code: 'registry',
      why: expect.stringContaining('redirects more than 10 times'),
    });
  });

  it.each([
    ['nothing listens', 'http://127.0.0.1:9', 'ECONNREFUSED'],
    ['it speaks plain HTTP', () => open.url.replace('http', 'https'), 'does not speak TLS'],
    ['it is no registry', () => `http://${front}`, 'there is no /v2/'],
  ])('is not reached when %s', async (_, where, why) => {
    open.proxy.fail({ match: /v2/, status: 404 });
    const url = typeof where === 'string' ? where : where();
    const { code, what, why: because } = await failure(client({ host: 'test', url }).ping());
    expect({ code, because }).toEqual({ code: 'registry', because: expect.stringContaining(why) });
    expect(what).toContain(url);
  });
});

describe('a registry with tokens', () => {
  it('gives one to nobody, who may pull', async () => {
    const registry = client(tokens);
    expect((await registry.ping()).challenge).toMatchObject({
      scheme: 'bearer',
      service: tokens.tokens?.service,
    });
    const authorized = await registry.authorize('team/small', 'pull');
    expect(authorized).toMatchObject({ status: 200, expiresIn: 300 });
    expect(authorized.url).not.toContain('?');
    expect(authorized.user).toBeUndefined();
    expectNoSecret(authorized);
    expect((await registry.manifest('team/small', '1')).retries).toBeUndefined();
    expect(tokens.tokens?.requests.at(-1)).toMatchObject({ user: '', scope: 'repository:team/small:pull' });
  });

  it('is asked for one on the way when nobody has before', async () => {
    const { retries } = await client(tokens).manifest('team/small', '1');
    expect(retries).toEqual(['status 401, got a token']);
  });

  it.each([
    ['a password', undefined, 'GET'],
    ['an identity token', { identitytoken: student.identityToken }, 'POST'],
  ])('knows who has logged in with %s', async (_, entry, method) => {
    const registry = client(tokens, loggedIn(tokens.host, entry));
    await registry.ping();
    expectNoSecret(await registry.authorize('team/small', 'pull,push'));
    expect(tokens.tokens?.requests.at(-1)).toEqual({
      method,
      user: student.user,
      scope: 'repository:team/small:pull,push',
      service: tokens.tokens?.service,
    });
    await registry.manifest('team/small', '1');
  });

  it('refuses a wrong password', async () => {
    const registry = client(tokens, loggedIn(tokens.host, { auth: btoa('student:wrong') }));
    await registry.ping();
    const failed = await failure(registry.authorize('team/small', 'pull'));
    expect(failed).toMatchObject({ code: 'unauthorized', remedy: expect.stringContaining('tsstep login') });
    expect(JSON.stringify(failed)).not.toContain('wrong');
  });

  it('is asked for a new token when it takes the old one no more', async () => {
    const registry = client(tokens);
    const before = tokens.tokens?.requests.length ?? 0;
    if (tokens.tokens) tokens.tokens.lifetime = -100;
    expect(await failure(registry.manifest('team/small', '1'))).toMatchObject({ code: 'unauthorized' });
    expect(tokens.tokens?.requests.length).toBe(before + 1);
    if (tokens.tokens) tokens.tokens.lifetime = 300;
    expect(await registry.manifest('team/small', '1')).toMatchObject({
      retries: ['status 401, got a token'],
    });
  });
});

describe('a registry with passwords', () => {
  it('is shown the saved one', async () => {
    const registry = client(basic, loggedIn(basic.host));
    expect((await registry.ping()).challenge).toEqual({ scheme: 'basic' });
    const answer = await registry.manifest('team/small', '1');
    expect(answer.retries).toBeUndefined();
    expectNoSecret({ ...answer, bytes: '' });
  });

  it('is shown none where none is saved', async () => {
    const failed = await failure(client(basic).manifest('team/small', '1'));
    expect(failed).toMatchObject({
      code: 'unauthorized',
      remedy: expect.stringContaining(`tsstep login ${basic.host}`),
    });
  });

  it('keeps it from the storage that it redirects to, and the storage’s signature from everybody', async () => {
    const host = await basic.front();
    const registry = client({ host, url: `http://${host}` }, loggedIn(host));
    const { bytes } = await registry.manifest('team/small', '1');
    const { digest } = JSON.parse(bytes.toString()).config;
    basic.proxy.fail({ match: /blobs/, redirect: true });
    const { body, ...exchange } = await registry.blob('team/small', digest);
    const chunks: Uint8Array[] = [];
    for await (const chunk of body) chunks.push(chunk);
    expect(digestOf(Buffer.concat(chunks))).toBe(digest);
    expect(basic.proxy.seen.map(({ at, authorized }) => [at, authorized])).toEqual([
      ['registry', true],
      ['storage', false],
    ]);
    expect(basic.proxy.seen[1]?.path).toContain(signature);
    expect(exchange.redirects).toHaveLength(1);
    expect(JSON.stringify(exchange)).not.toContain(signature);
  });

  it('cannot put it into an error by repeating it', async () => {
    const host = await basic.front();
    const registry = client({ host, url: `http://${host}` }, loggedIn(host));
    await registry.ping();
    const body = `you sent ${btoa(`${student.user}:${student.password}`)}, which is ${student.password}`;
    basic.proxy.fail({ match: /manifests/, status: 403, body });
    const failed = await failure(registry.manifest('team/small', '1'));
    expect(failed).toMatchObject({
      code: 'unauthorized',
      why: expect.stringContaining('you sent …, which is …'),
    });
    expectNoSecret(failed);
  });

  it('does not get those of the registry that it is a mirror of', async () => {
    const env = loggedIn('https://index.docker.io/v1/');
    const mirror = client({ host: 'docker.io', url: basic.url }, env, none, true);
    expect(await failure(mirror.manifest('team/small', '1'))).toMatchObject({ code: 'unauthorized' });
  });
});

describe('a registry with TLS', () => {
  const env = () => loggedIn(secure.host);

  it('is not believed when nobody here knows its authority', async () => {
    expect(await failure(client(secure, env()).ping())).toMatchObject({
      code: 'registry',
      remedy: expect.stringContaining(`certs.d/${secure.host}/ca.crt`),
    });
  });

  it('is believed by the authority in certs.d', async () => {
    const TSSTEP_CONFIG = join(temporaryRoot(), 'config.json');
    const folder = join(dirname(TSSTEP_CONFIG), 'certs.d', secure.host);
    mkdirSync(folder, { recursive: true });
    await sandbox.sh(`cp ${secure.authority} ${folder}/ca.crt`);
    const registry = client(secure, { ...env(), TSSTEP_CONFIG });
    await registry.manifest('team/small', '1');
  });

  it('is believed by the authorities of the system', async () => {
    await client(secure, { ...env(), SSL_CERT_FILE: secure.authority }).manifest('team/small', '1');
  });

  it('is shown the certificate that lies there for it, and for no other', async () => {
    const TSSTEP_CONFIG = join(temporaryRoot(), 'config.json');
    const folder = (host: string) => join(dirname(TSSTEP_CONFIG), 'certs.d', host);
    const files = `${dirname(guarded.authority)}/client.*`;
    const put = (host: string) =>
      sandbox.sh(`mkdir -p ${folder(host)}; cp ${guarded.authority} ${files} ${folder(host)}`);
    await put(secure.host);
    const SSL_CERT_FILE = guarded.authority;
    // In TLS 1.3 the refusal comes behind the handshake, and undici keeps only that the connection has ended.
    const before = await failure(client(guarded, { TSSTEP_CONFIG, SSL_CERT_FILE }).ping());
    expect(before).toMatchObject({ code: 'registry' });
    await put(guarded.host);
    expect(await client(guarded, { TSSTEP_CONFIG }).ping()).toMatchObject({ status: 200 });
  });

  it('is not asked for a proof when it is insecure', async () => {
    const insecure = { mirrors: [], insecure: ['198.51.100.0/24'] };
    await client(secure, env(), insecure).manifest('team/small', '1');
    expect(endpointsFor(secure.host, insecure).map(({ url }) => url)).toEqual([
      `https://${secure.host}`,
      `http://${secure.host}`,
    ]);
  });
});

describe('a proxy', () => {
  it('is asked for what is plain, and connects to what is encrypted', async () => {
    const proxy = new HttpProxy();
    const address = await proxy.listen('127.0.0.1', 4999);
    const env = { HTTP_PROXY: `http://me:mine@${address}`, HTTPS_PROXY: `http://me:mine@${address}` };
    const all = { ...loggedIn(secure.host), ...env, SSL_CERT_FILE: secure.authority };
    try {
      await client(secure, all).manifest('team/small', '1');
      const { host } = plain;
      await client(plain, env, { mirrors: [], insecure: [host] }).manifest('team/small', '1');
      expect(new Set(proxy.seen)).toEqual(
        new Set([`CONNECT ${secure.host}`, `GET http://${host}/v2/team/small/manifests/1`]),
      );
      expect(new Set(proxy.logins)).toEqual(new Set([`Basic ${btoa('me:mine')}`]));
      proxy.seen.length = 0;
      await client(secure, { ...all, NO_PROXY: '198.51.100.0/24' }).manifest('team/small', '1');
      await client(open, env).manifest('team/small', '1');
      expect(proxy.seen).toEqual([]);
    } finally {
      proxy.close();
    }
  });

  it('that cannot be reached is told from the registry', async () => {
    const env = { HTTPS_PROXY: 'http://127.0.0.1:9' };
    expect(await failure(client(secure, env).ping())).toMatchObject({ code: 'registry' });
  });
});
