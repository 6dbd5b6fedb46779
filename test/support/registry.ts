/**
 * Real registries in a sandbox's network: Debian's docker-registry, open or with a login, plain or with TLS. `useNetworkOf(sandbox)`
 * lets the test itself talk to them, and run a `FaultProxy` in front.
 */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { output, run } from './commands.ts';
import { FaultProxy } from './fault-proxy.ts';
import type { Sandbox } from './sandbox.ts';
import { TokenServer } from './token-server.ts';

/** Who may do everything where a login is wanted. */
export const student = { user: 'student', password: 'secret', identityToken: 'an-identity-token' } as const;
// crypt(3) of `secret` with bcrypt, the only kind that docker-registry reads.
const htpasswd = `${student.user}:$2b$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a\n`;

export interface RegistryKind {
  /** `basic`: htpasswd. `token`: the registry's `tokens` hands them out. */
  auth?: 'basic' | 'token';
  /** HTTPS with a certificate of the authority `authority`. */
  tls?: boolean;
  /** Only for who shows a certificate: `client.cert` and `client.key` beside the registry's authority. */
  clients?: boolean;
  /** Where it listens; `elsewhere` is no loopback, so that certificates are checked. */
  address?: string;
  /** Upload locations without scheme and host. */
  relative?: boolean;
}

/** An address of the sandbox's that tsstep does not know to be its own machine's (RFC 5737). */
export const elsewhere = '198.51.100.1';

let ports = 5000;

export class TestRegistry {
  /** `127.0.0.1:5000` */
  host = '';
  /** Of a registry with tokens. */
  tokens: TokenServer | undefined;
  /** The file of the authority that has signed its certificate. */
  authority = '';
  readonly #sandbox: Sandbox;
  readonly #kind: RegistryKind;
  #proxy: FaultProxy | undefined;

  constructor(sandbox: Sandbox, kind: RegistryKind = {}) {
    this.#sandbox = sandbox;
    this.#kind = kind;
  }

  get url(): string {
    return `${this.#kind.tls ? 'https' : 'http'}://${this.host}`;
  }

  /** Something in front of it that fails on demand. */
  get proxy(): FaultProxy {
    this.#proxy ??= new FaultProxy(this.url);
    return this.#proxy;
  }

  async start(): Promise<void> {
    const { address = '127.0.0.1' } = this.#kind;
    const port = ports;
    ports += 10;
    this.host = `${address}:${port}`;
    if (address !== '127.0.0.1') await this.#sandbox.sh(`ip address replace ${address}/32 dev lo`);
    const directory = join(this.#sandbox.directory, `registry-${port}`);
    mkdirSync(directory);
    const config = {
      version: 0.1,
      log: { level: 'info' },
      storage: { filesystem: { rootdirectory: join(directory, 'data') } },
      http: {
        addr: this.host,
        relativeurls: this.#kind.relative ?? false,
        ...(this.#kind.tls ? { tls: await this.#tls(directory, address) } : {}),
      },
      ...(this.#kind.auth ? { auth: await this.#auth(directory, port + 1) } : {}),
    };
    writeFileSync(join(directory, 'config.yml'), JSON.stringify(config));
    const server = this.#sandbox.start(['docker-registry', 'serve', join(directory, 'config.yml')]);
    await server.says('listening on');
  }

  async #auth(directory: string, port: number): Promise<object> {
    if (this.#kind.auth === 'basic') {
      writeFileSync(join(directory, 'htpasswd'), htpasswd);
      return { htpasswd: { realm: 'the registry of the tests', path: join(directory, 'htpasswd') } };
    }
    const { certificate, key } = await selfSigned(directory, 'tokens', '127.0.0.1');
    this.tokens = new TokenServer({ certificate, key, ...student });
    const realm = await this.tokens.listen('127.0.0.1', port);
    const { issuer, service } = this.tokens;
    return { token: { realm, service, issuer, rootcertbundle: certificate } };
  }

  async #tls(directory: string, address: string): Promise<object> {
    const files = await selfSigned(directory, 'server', address);
    this.authority = files.certificate;
    if (!this.#kind.clients) return files;
    const client = await selfSigned(directory, 'client', address);
    renameSync(client.certificate, join(directory, 'client.cert'));
    return { ...files, clientcas: [join(directory, 'client.cert')] };
  }

  /** `skopeo copy` to it, as the student where it wants a login: from `oci:DIR:NAME` to `NAME`. */
  async fill(source: string, name: string, ...flags: readonly string[]): Promise<void> {
    const login = this.#kind.auth ? ['--dest-creds', `${student.user}:${student.password}`] : [];
    const skopeo = ['skopeo', '--insecure-policy', 'copy', '--dest-tls-verify=false', ...login, ...flags];
    await output(this.#sandbox.enter([...skopeo, source, `docker://${this.host}/${name}`]));
  }

  /** Starts the proxy. @returns its `host:port` */
  async front(): Promise<string> {
    const port = ports;
    ports += 10;
    return await this.proxy.listen('127.0.0.1', port);
  }

  close(): void {
    this.tokens?.close();
    this.#proxy?.close();
  }
}

/** An authority that vouches for itself alone. */
async function selfSigned(
  directory: string,
  name: string,
  address: string,
): Promise<{ certificate: string; key: string }> {
  const certificate = join(directory, `${name}.crt`);
  const key = join(directory, `${name}.key`);
  const request = ['openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2'];
  const names = ['-subj', `/CN=tsstep test ${name}`, '-addext', `subjectAltName=IP:${address}`];
  await output([...request, ...names, '-keyout', key, '-out', certificate]);
  return { certificate, key };
}

async function missingProgram(): Promise<string | undefined> {
  for (const program of ['docker-registry', 'skopeo', 'openssl']) {
    const { code } = await run(['sh', '-c', `command -v ${program}`]);
    if (code !== 0) return `${program} is not installed: apt-get install ${program}`;
  }
  return undefined;
}

/** A registry for all tests of a file, empty. Where it cannot be had, its tests are skipped with the reason. Needs `useNetworkOf` before. */
export function useRegistry(sandbox: Sandbox, kind: RegistryKind = {}): TestRegistry {
  const registry = new TestRegistry(sandbox, kind);
  let missing: string | undefined;
  beforeAll(async () => {
    if (process.getuid?.() !== 0) return;
    missing = await missingProgram();
    if (missing === undefined) await registry.start();
  });
  beforeEach((test) => test.skip(missing !== undefined, missing));
  afterAll(() => registry.close());
  return registry;
}
