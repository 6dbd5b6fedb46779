import { describe, expect, it } from 'vitest';
import { redirected } from '../../../core/registry/http.ts';
import { proxyFor } from '../../../core/registry/proxy.ts';
import { retryAfter, waitAfter } from '../../../core/registry/retry.ts';
import { shownUrl } from '../../../core/registry/shown-url.ts';
import { isPassingProblem, unreachable } from '../../../core/registry/unreachable.ts';
import { failure } from '../image/tars.ts';

const now = Date.parse('2026-01-01T00:00:00Z');

describe('Retry-After', () => {
  it.each([
    ['0', 0],
    [' 120 ', 120_000],
    ['Thu, 01 Jan 2026 00:00:30 GMT', 30_000],
    ['Wed, 31 Dec 2025 00:00:00 GMT', 0],
    ['soon', undefined],
    [undefined, undefined],
  ])('%j is %s milliseconds', (header, wait) => {
    expect(retryAfter(header, now)).toBe(wait);
  });

  it('decides where it is there, and is not waited for when it is long', () => {
    expect([1, 2, 3].map((attempt) => waitAfter(undefined, attempt, now))).toEqual([500, 1000, 2000]);
    expect(waitAfter('60', 1, now)).toBe(60_000);
    expect(waitAfter('61', 1, now)).toBeUndefined();
  });
});

describe('the proxy', () => {
  const https = { HTTPS_PROXY: 'http://p:1' };

  it.each<[string, NodeJS.ProcessEnv, string | undefined]>([
    ['https://a', https, 'http://p:1'],
    ['http://a', https, undefined],
    ['http://a', { http_proxy: 'p:1' }, 'http://p:1'],
    ['https://a', { https_proxy: 'https://p' }, 'https://p'],
    ['https://a', {}, undefined],
    ['https://localhost:5000', https, undefined],
    ['https://127.9.9.9', https, undefined],
    ['https://[::1]:5000', https, undefined],
    ['https://a', { ...https, NO_PROXY: '*' }, undefined],
    ['https://a', { ...https, NO_PROXY: 'b, a' }, undefined],
    ['https://x.a', { ...https, no_proxy: 'a' }, undefined],
    ['https://xa', { ...https, NO_PROXY: 'a' }, 'http://p:1'],
    ['https://a', { ...https, NO_PROXY: '.a' }, 'http://p:1'],
    ['https://x.a', { ...https, NO_PROXY: '.a' }, undefined],
    ['https://x.a', { ...https, NO_PROXY: '*.a' }, undefined],
    ['https://a:5000', { ...https, NO_PROXY: 'a:5000' }, undefined],
    ['https://a', { ...https, NO_PROXY: 'a:443' }, undefined],
    ['https://a', { ...https, NO_PROXY: 'a:5000' }, 'http://p:1'],
    ['https://10.1.2.3', { ...https, NO_PROXY: '10.0.0.0/8' }, undefined],
    ['https://[fd00::1]', { ...https, NO_PROXY: 'fd00::/8' }, undefined],
    ['https://[fd00::1]', { ...https, NO_PROXY: 'fd00::1' }, undefined],
    ['https://11.1.2.3', { ...https, NO_PROXY: '10.0.0.0/8' }, 'http://p:1'],
  ])('for %s with %j is %s', (url, env, proxy) => {
    expect(proxyFor(new URL(url), env)).toBe(proxy);
  });
});

it.each(['http://', 'ftp://p', 'http://user:hidden@p:x'])('%s is no proxy', async (HTTPS_PROXY) => {
  const why = await failure(Promise.resolve().then(() => proxyFor(new URL('https://a'), { HTTPS_PROXY })));
  expect(why).toMatchObject({ code: 'usage', why: expect.stringContaining('HTTPS_PROXY') });
  expect(JSON.stringify(why)).not.toContain('hidden');
});

describe('a redirect', () => {
  const trusted = ({ host }: URL) => host === 'insecure:5000';

  it.each([
    ['https://a/v2/', '/token', 'https://a/token'],
    ['https://a/v2/', 'https://b/x?signature', 'https://b/x?signature'],
    ['http://a/v2/', 'http://b/x', 'http://b/x'],
    ['http://a/v2/', 'https://b/x', 'https://b/x'],
    ['https://a/v2/', 'http://insecure:5000/x', 'http://insecure:5000/x'],
  ])('from %s to %s is followed', (from, to, url) => {
    expect(redirected(new URL(from), to, trusted).href).toBe(url);
  });

  it.each([
    ['http://a/token', 'without encryption'],
    ['http://127.0.0.1.a/token', 'without encryption'],
    ['file:///etc/passwd', 'no URL of HTTP'],
    ['http://', 'no URL of HTTP'],
  ])('from https to %s is refused', async (to, why) => {
    const told = Promise.resolve().then(() => redirected(new URL('https://a/v2/'), to, trusted));
    expect(await failure(told)).toMatchObject({ code: 'registry', why: expect.stringContaining(why) });
  });
});

describe('what is shown', () => {
  it('of a URL is neither query nor password', () => {
    expect(shownUrl(new URL('https://user:pw@a:5000/v2/x?X-Signature=1#y'))).toBe('https://a:5000/v2/x');
  });

  it.each([
    ['ECONNREFUSED', 'nothing listens there', true],
    ['ENOTFOUND', 'no name server knows this host', false],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'nobody here vouches', false],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'does not speak TLS', false],
    ['UND_ERR_SOCKET', 'the connection broke', true],
  ])('of %s is what it means', (code, why, passing) => {
    const error = Object.assign(new Error('words'), { code });
    const { failure } = unreachable(new URL('https://a:5000/v2/?secret'), error, 4);
    expect(failure).toMatchObject({ code: 'registry', what: 'https://a:5000/v2/ cannot be read' });
    expect(failure.why).toContain(why);
    expect(failure.why).toContain('asked 4 times');
    expect(JSON.stringify(failure)).not.toContain('secret');
    expect(isPassingProblem(error)).toBe(passing);
  });
});
