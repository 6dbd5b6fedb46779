import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { digestOf } from '../../../core/image/digest.ts';
import { HttpProxy } from '../../support/http-proxy.ts';
import { useNetworkOf } from '../../support/inside.ts';
import { elsewhere, useRegistry } from '../../support/registry.ts';
import { useSandbox } from '../../support/sandbox.ts';
import { failure } from '../../unit/image/tars.ts';
import { client, fill } from './clients.ts';

const sandbox = useSandbox();
useNetworkOf(sandbox);
const open = useRegistry(sandbox);
const plain = useRegistry(sandbox, { address: elsewhere });
const secure = useRegistry(sandbox, { tls: true, address: elsewhere });
let front = '';

beforeAll(async () => {
  if (secure.host === '') return;
  await fill(sandbox, open, plain, secure);
  front = await open.front();
});

beforeEach(() => open.proxy.fail());

const faulty = () => client({ host: front, url: `http://${front}` });

describe('a redirect out of encryption', () => {
  it('is followed where settings allow plain HTTP, and only there', async () => {
    const key = readFileSync(secure.authority.replace(/crt$/, 'key'));
    const server = createServer({ key, cert: readFileSync(secure.authority) }, (request, response) => {
      response.writeHead(307, { location: `${plain.url}${request.url}` }).end();
    });
    await new Promise<void>((resolve) => server.listen(4999, elsewhere, resolve));
    const host = `${elsewhere}:4999`;
    const asked = (insecure: string[]) =>
      client(
        { host, url: `https://${host}` },
        { SSL_CERT_FILE: secure.authority },
        { mirrors: [], insecure },
      );
    try {
      const { exchange } = await asked([plain.host]).ask(
        { method: 'GET', url: new URL(`https://${host}/v2/`) },
        '',
      );
      expect(exchange).toMatchObject({ status: 200, redirects: [`${plain.url}/v2/`] });
      expect(await failure(asked([]).manifest('team/small', '1'))).toMatchObject({
        code: 'registry',
        why: `it redirects to ${plain.url}/v2/team/small/manifests/1, which is without encryption`,
      });
    } finally {
      server.close();
      server.closeAllConnections();
    }
  });
});

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

describe('a proxy', () => {
  it('is asked for what is plain, and connects to what is encrypted', async () => {
    const proxy = new HttpProxy();
    const address = await proxy.listen('127.0.0.1', 4999);
    const env = { HTTP_PROXY: `http://me:mine@${address}`, HTTPS_PROXY: `http://me:mine@${address}` };
    const all = { ...env, SSL_CERT_FILE: secure.authority };
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
