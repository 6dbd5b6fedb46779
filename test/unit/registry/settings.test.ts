import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { failureOf } from '../../../core/errors.ts';
import {
  certificateFolders,
  endpointsFor,
  isInsecure,
  readSettings,
} from '../../../core/registry/settings.ts';
import { temporaryRoot } from '../image/tars.ts';

function settingsIn(text: string): NodeJS.ProcessEnv {
  const TSSTEP_CONFIG = join(temporaryRoot(), 'config.json');
  writeFileSync(TSSTEP_CONFIG, text);
  return { TSSTEP_CONFIG };
}

function refused(env: NodeJS.ProcessEnv, insecure: string[] = []) {
  try {
    readSettings(env, insecure);
  } catch (error) {
    return failureOf(error);
  }
  throw new Error('it was accepted');
}

describe('the settings', () => {
  it('come from the environment first, then from the file', () => {
    const env = settingsIn(
      '{"registry-mirrors": ["https://c:5000/"], "insecure-registries": ["10.0.0.0/8"], "debug": true}',
    );
    const TSSTEP_REGISTRY_MIRROR = 'http://a, http://b:5000/, b:5000, localhost:5000';
    expect(readSettings({ ...env, TSSTEP_REGISTRY_MIRROR }, ['x:1'])).toEqual({
      mirrors: ['http://a', 'http://b:5000', 'https://b:5000', 'http://localhost:5000', 'https://c:5000'],
      insecure: ['x:1', '10.0.0.0/8'],
    });
  });

  it('take a mirror without a scheme for a registry of that name', () => {
    const TSSTEP_REGISTRY_MIRROR = 'localhost:5000,mirror:5000';
    expect(readSettings({ TSSTEP_REGISTRY_MIRROR }, []).mirrors).toEqual([
      'http://localhost:5000',
      'https://mirror:5000',
    ]);
  });

  it.each([
    ['no JSON', '{'],
    ['no list', '{"registry-mirrors": "http://a"}'],
    ['no object', '3'],
    ['a mirror of another scheme', '{"registry-mirrors": ["ftp://a:5000"]}'],
    ['a mirror with a path', '{"registry-mirrors": ["http://a/b"]}'],
    ['an insecure registry with a scheme', '{"insecure-registries": ["http://a"]}'],
    ['a network that is none', '{"insecure-registries": ["10.0.0.0/33"]}'],
  ])('are refused with %s, and the file is named', (_, text) => {
    const env = settingsIn(text);
    const { code, what } = refused(env);
    expect({ code, what }).toEqual({ code: 'usage', what: expect.stringContaining(env.TSSTEP_CONFIG ?? '') });
  });

  it('show no password of a mirror', () => {
    const failure = refused({ TSSTEP_REGISTRY_MIRROR: 'http://user:hidden@a' });
    expect(failure.code).toBe('usage');
    expect(JSON.stringify(failure)).not.toContain('hidden');
  });

  it('have to be there when they are named', () => {
    expect(refused({ TSSTEP_CONFIG: '/nowhere.json' }).code).toBe('usage');
    expect(refused({}, ['http://a']).what).toContain('--insecure-registry');
  });
});

describe('the endpoints', () => {
  const urls = (registry: string, settings = {}) =>
    endpointsFor(registry, { mirrors: [], insecure: [], ...settings }).map(({ url }) => url);

  it('of docker.io are its mirrors, and then itself', () => {
    const all = endpointsFor('docker.io', { mirrors: ['http://m'], insecure: [] });
    expect(all).toEqual([
      { registry: 'docker.io', url: 'http://m', mirror: true },
      { registry: 'docker.io', url: 'https://registry-1.docker.io', mirror: false },
    ]);
    expect(urls('ghcr.io', { mirrors: ['http://m'] })).toEqual(['https://ghcr.io']);
  });

  it.each([
    ['localhost', []],
    ['localhost:5000', []],
    ['127.1.2.3:5000', []],
    ['[::1]:5000', []],
    ['10.1.2.3:5000', ['10.0.0.0/8']],
    ['[fd00::1]:5000', ['fd00::/8']],
    ['a:5000', ['a:5000']],
  ])('of %s are asked in plain HTTP as well', (registry, insecure) => {
    expect(urls(registry, { insecure })).toEqual([`https://${registry}`, `http://${registry}`]);
  });

  it.each([
    ['ghcr.io', []],
    ['localhost.example.com', []],
    ['128.0.0.1', []],
    ['11.1.2.3:5000', ['10.0.0.0/8']],
    ['a:5001', ['a:5000', 'a']],
    ['b.a:5000', ['a:5000']],
  ])('of %s are asked by HTTPS alone', (registry, insecure) => {
    expect(urls(registry, { insecure })).toEqual([`https://${registry}`]);
    expect(isInsecure(registry, { mirrors: [], insecure })).toBe(false);
  });

  it('find certificates beside the settings, and docker’s', () => {
    expect(certificateFolders({})).toEqual(['/etc/tsstep/certs.d', '/etc/docker/certs.d']);
  });
});
