import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { digestOf } from '../../../core/image/digest.ts';
import { endpointsFor } from '../../../core/registry/settings.ts';
import { signature } from '../../support/fault-proxy.ts';
import { useNetworkOf } from '../../support/inside.ts';
import { elsewhere, student, useRegistry } from '../../support/registry.ts';
import { useSandbox } from '../../support/sandbox.ts';
import { failure, temporaryRoot } from '../../unit/image/tars.ts';
import { client, fill, loggedIn, none, password } from './clients.ts';

const sandbox = useSandbox();
useNetworkOf(sandbox);
const basic = useRegistry(sandbox, { auth: 'basic' });
const tokens = useRegistry(sandbox, { auth: 'token' });
const secure = useRegistry(sandbox, { auth: 'basic', tls: true, address: elsewhere });
const guarded = useRegistry(sandbox, { tls: true, clients: true, address: elsewhere });

beforeAll(async () => {
  if (guarded.host !== '') await fill(sandbox, basic, tokens, secure);
});

/** No word of it may be in what is recorded or shown; tokens begin with `eyJ`. */
const secrets = [student.password, student.identityToken, password.auth, 'eyJ'];
const expectNoSecret = (value: unknown) => {
  for (const secret of secrets) expect(JSON.stringify(value)).not.toContain(secret);
};

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
    const body = `you sent ${password.auth}, which is ${student.password}`;
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
