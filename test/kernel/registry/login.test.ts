import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { useNetworkOf } from '../../support/inside.ts';
import { student, useRegistry } from '../../support/registry.ts';
import { useSandbox } from '../../support/sandbox.ts';

const sandbox = useSandbox();
useNetworkOf(sandbox);
const basic = useRegistry(sandbox, { auth: 'basic' });
const tokens = useRegistry(sandbox, { auth: 'token' });

let folder = '';
let tries = 0;
beforeEach(() => {
  folder = join(sandbox.directory, `docker-${tries++}`);
});

const file = () => join(folder, 'config.json');
const saved = () => JSON.parse(readFileSync(file(), 'utf8'));

const tsstep = (words: string[], stdin?: string, env = {}) =>
  sandbox.tsstep(words, {
    env: { DOCKER_CONFIG: folder, ...env },
    ...(stdin === undefined ? {} : { stdin }),
  });

const login = (host: string, password: string, env = {}) =>
  tsstep(['login', '-u', student.user, '--password-stdin', host], `${password}\n`, env);

describe('tsstep login', () => {
  it.each([
    ['passwords', () => basic],
    ['tokens', () => tokens],
  ])('saves what a registry with %s accepts, for its owner alone', async (_, to) => {
    const { code, stdout, stderr } = await login(to().host, student.password);
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'Login Succeeded\n' });
    expect(stderr).toContain(`stored unencrypted in ${file()}`);
    expect(saved()).toEqual({
      auths: { [to().host]: { auth: btoa(`${student.user}:${student.password}`) } },
    });
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect((await tsstep(['login', to().host])).stdout).toBe(
      'Authenticating with existing credentials...\nLogin Succeeded\n',
    );
  });

  it.each([
    ['passwords', () => basic],
    ['tokens', () => tokens],
  ])('saves nothing that a registry with %s refuses', async (_, to) => {
    const { code, stdout, stderr } = await login(to().host, 'guessed');
    expect({ code, stdout }).toEqual({ code: 125, stdout: '' });
    expect(stderr).toContain(`${to().host} does not accept the login of ${student.user}`);
    expect(stderr).toMatch(/why: +it answers 401/);
    expect(stderr).not.toContain('guessed');
    expect(existsSync(file())).toBe(false);
  });

  it('keeps what else is in the file', async () => {
    mkdirSync(folder);
    const before = { auths: { 'ghcr.io': { auth: 'YTpi' } }, HttpHeaders: { X: 'y' }, psFormat: 'x' };
    writeFileSync(file(), JSON.stringify(before));
    await login(basic.host, student.password);
    expect(saved()).toMatchObject(before);
    expect(await tsstep(['logout', basic.host])).toMatchObject({
      code: 0,
      stdout: `Removing login credentials for ${basic.host}\n`,
    });
    expect(saved()).toEqual(before);
  });

  it.each([
    [
      'docker.io',
      ['docker.io', 'index.docker.io', 'https://index.docker.io/v1/', 'https://registry-1.docker.io'],
    ],
    ['ghcr.io', ['ghcr.io', 'GHCR.io', 'http://ghcr.io', 'https://ghcr.io/v1/', 'https://ghcr.io/v2/']],
  ])('of %s leaves nothing behind that would still be sent after logout', async (registry, names) => {
    mkdirSync(folder);
    const others = { 'ghcr.io:5000': { auth: 'YTpi' }, 'x.docker.io': { auth: 'YTpi' } };
    const auths = Object.fromEntries(names.map((name) => [name, { auth: 'YTpi' }]));
    writeFileSync(file(), JSON.stringify({ auths: { ...auths, ...others } }));
    expect(await tsstep(['logout', registry])).toMatchObject({ code: 0 });
    expect(saved()).toEqual({ auths: others });
  });

  it('as root leaves the file, and a new folder, to whoever they belong to', async () => {
    const owned = (path: string) => {
      const { uid, gid, mode } = statSync(path);
      return { uid, gid, mode: mode & 0o777 };
    };
    mkdirSync(folder);
    chownSync(folder, 1000, 1001);
    const home = { HOME: folder, DOCKER_CONFIG: '' };
    await login(basic.host, student.password, home);
    const [made, kept] = [join(folder, '.docker'), join(folder, '.docker/config.json')];
    expect(owned(made)).toEqual({ uid: 1000, gid: 1001, mode: 0o700 });
    expect(owned(kept)).toEqual({ uid: 1000, gid: 1001, mode: 0o600 });
    chownSync(kept, 1000, 1002);
    chmodSync(kept, 0o640);
    await tsstep(['logout', basic.host], undefined, home);
    expect(owned(kept)).toEqual({ uid: 1000, gid: 1002, mode: 0o640 });
    expect(readdirSync(made)).toEqual(['config.json']);
  });

  it('gives the password to a helper where one is named', async () => {
    mkdirSync(folder);
    const kept = join(folder, 'kept');
    writeFileSync(file(), JSON.stringify({ credHelpers: { [basic.host]: 'test' } }));
    const script = [
      '#!/bin/sh',
      'case $1 in',
      `store) cat > ${kept} ;;`,
      `get) [ -f ${kept} ] && cat ${kept} || { echo 'credentials not found in native keychain'; exit 1; } ;;`,
      `erase) rm ${kept} ;;`,
      'esac',
    ];
    writeFileSync(join(folder, 'docker-credential-test'), script.join('\n'));
    chmodSync(join(folder, 'docker-credential-test'), 0o755);
    const env = { PATH: `${folder}:${process.env.PATH}` };
    expect(await login(basic.host, student.password, env)).toMatchObject({ code: 0, stderr: '' });
    expect(readFileSync(file(), 'utf8')).not.toContain(btoa(`${student.user}:${student.password}`));
    expect(JSON.parse(readFileSync(kept, 'utf8'))).toEqual({
      ServerURL: basic.host,
      Username: student.user,
      Secret: student.password,
    });
    const again = await tsstep(['login', basic.host], undefined, env);
    expect(again.stdout).toContain('Authenticating with existing credentials');
    await tsstep(['logout', basic.host], undefined, env);
    expect(existsSync(kept)).toBe(false);
  });

  it.each([
    [['login', '--password-stdin'], '--password-stdin needs --username'],
    [['login', '-u', 'a', '-p', 'b', '--password-stdin'], 'exclude each other'],
    [['login', '-u', 'a'], 'standard input is none'],
    [['login', '-u', 'a:b', '--password-stdin'], 'no colon'],
    [['login', 'a b'], 'is no registry'],
  ])('refuses %j', async (words, why) => {
    const { code, stderr } = await tsstep(words, 'x');
    expect({ code, stderr }).toEqual({ code: 125, stderr: expect.stringContaining(why) });
  });

  it('asks at a terminal, and shows no password', async () => {
    const program = join(import.meta.dirname, '../../../bin/tsstep');
    const terminal = sandbox.start(['script', '-qec', `${program} login ${basic.host}`, '/dev/null'], {
      env: { DOCKER_CONFIG: folder },
      stdin: 'pipe',
    });
    await terminal.says('Username: ');
    terminal.stdin.write(`${student.user}\r`);
    await terminal.says('Password: ');
    terminal.stdin.write(`${student.password}\r`);
    await terminal.says('Login Succeeded');
    terminal.stdin.end();
    await terminal.ended;
    expect(terminal.stdout).not.toContain(student.password);
    expect(saved().auths[basic.host].auth).toBe(btoa(`${student.user}:${student.password}`));
  });
});
