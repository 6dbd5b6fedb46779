import { describe, expect, it } from 'vitest';
import { filedCredentials, helperFor } from '../../../core/registry/credentials.ts';
import { registryOf } from '../../../core/registry/login.ts';

const login = (text: string) => ({ auth: Buffer.from(text).toString('base64') });

describe('the login of a registry', () => {
  it.each([
    ['docker.io', 'https://index.docker.io/v1/'],
    ['docker.io', 'index.docker.io'],
    ['docker.io', 'docker.io'],
    ['ghcr.io', 'ghcr.io'],
    ['ghcr.io', 'https://ghcr.io'],
    ['ghcr.io', 'https://ghcr.io/v1/'],
    ['localhost:5000', 'localhost:5000'],
  ])('of %s is found under %s', (registry, name) => {
    expect(filedCredentials({ auths: { [name]: login('a:b') } }, registry)).toEqual({
      user: 'a',
      password: 'b',
    });
  });

  it.each([
    ['ghcr.io', 'ghcr.io.evil.com'],
    ['ghcr.io', 'https://evil.com/ghcr.io'],
    ['ghcr.io', 'x.ghcr.io'],
    ['localhost:5000', 'localhost:5001'],
    ['localhost:5000', 'localhost'],
  ])('of %s is not the one under %s', (registry, name) => {
    expect(filedCredentials({ auths: { [name]: login('a:b') } }, registry)).toBeUndefined();
  });

  it('may have colons in its password, and none at all', () => {
    expect(filedCredentials({ auths: { x: login('a:b:c') } }, 'x')).toEqual({ user: 'a', password: 'b:c' });
    expect(filedCredentials({ auths: { x: login('nothing') } }, 'x')).toBeUndefined();
    expect(filedCredentials({ auths: { x: {} } }, 'x')).toBeUndefined();
    expect(filedCredentials({}, 'x')).toBeUndefined();
  });

  it('may be an identity token', () => {
    expect(filedCredentials({ auths: { x: { ...login('a:'), identitytoken: 't' } } }, 'x')).toEqual({
      user: 'a',
      identityToken: 't',
    });
  });

  it('is looked after by the helper for its registry, then by the one for all', () => {
    const config = {
      credHelpers: { 'ghcr.io': 'one', 'https://index.docker.io/v1/': 'two' },
      credsStore: 'all',
    };
    expect(['ghcr.io', 'docker.io', 'quay.io'].map((registry) => helperFor(config, registry))).toEqual([
      'one',
      'two',
      'all',
    ]);
    expect(helperFor({ credsStore: '' }, 'quay.io')).toBeUndefined();
  });
});

describe('SERVER', () => {
  it.each([
    [undefined, 'docker.io'],
    ['docker.io', 'docker.io'],
    ['https://index.docker.io/v1/', 'docker.io'],
    ['https://ghcr.io/', 'ghcr.io'],
    ['localhost:5000', 'localhost:5000'],
    ['[::1]:5000', '[::1]:5000'],
  ])('%s is the registry %s', (server, registry) => {
    expect(registryOf(server)).toBe(registry);
  });

  it.each(['', '-a', 'a b', 'ftp://a', '../x'])('%j is none', (server) => {
    expect(() => registryOf(server)).toThrow('is no registry');
  });
});
