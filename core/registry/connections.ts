import { Agent, type Dispatcher, ProxyAgent } from 'undici';
import { certificatesFor } from './certificates.ts';
import { proxyFor } from './proxy.ts';
import { certificateFolders, isInsecure } from './settings.ts';
import type { Endpoint, RegistrySettings } from './types.ts';

/** Milliseconds: until a connection stands, until an answer begins, and between two pieces of it. */
const patience = { connect: 10_000, answer: 60_000, piece: 60_000 };

export interface RegistryOptions {
  env: NodeJS.ProcessEnv;
  settings: RegistrySettings;
}

/** Connections of one registry, its token server and where it redirects to: certificates and proxies differ by host. */
export class Connections {
  readonly #agents = new Map<string, Dispatcher>();
  readonly #registry: URL;
  readonly #options: RegistryOptions;

  constructor(endpoint: Endpoint, options: RegistryOptions) {
    this.#registry = new URL(endpoint.url);
    this.#options = options;
  }

  to(url: URL): Dispatcher {
    const agent = this.#agents.get(url.origin) ?? this.#connect(url);
    this.#agents.set(url.origin, agent);
    return agent;
  }

  /** Whether this one need not prove who it is, nor encrypt. docker too trusts whom an insecure registry sends it to. */
  trusts({ host }: URL): boolean {
    const { settings } = this.#options;
    return isInsecure(host, settings) || isInsecure(this.#registry.host, settings);
  }

  #connect(url: URL): Dispatcher {
    const { env } = this.#options;
    const tls = url.protocol === 'https:' ? this.#tls(url) : {};
    const proxy = proxyFor(url, env);
    const timeouts = { headersTimeout: patience.answer, bodyTimeout: patience.piece };
    const connect = { timeout: patience.connect };
    if (proxy === undefined) return new Agent({ ...timeouts, connect: { ...connect, ...tls } });
    return new ProxyAgent({
      ...timeouts,
      uri: proxy,
      // Plain HTTP is asked of the proxy itself: many allow CONNECT to port 443 only.
      proxyTunnel: url.protocol === 'https:',
      proxyTls: { ...connect, ca: [...certificatesFor([], [], env).ca] },
      requestTls: { ...connect, ...tls },
    });
  }

  #tls(url: URL) {
    const { env } = this.#options;
    // docker uses the authorities of a registry for its token server as well.
    const hosts = [...new Set([url.host, this.#registry.host])];
    const { ca, ...own } = certificatesFor(hosts, certificateFolders(env), env);
    return { ca: [...ca], ...own, rejectUnauthorized: !this.trusts(url) };
  }

  close(): void {
    for (const agent of this.#agents.values()) void agent.destroy();
    this.#agents.clear();
  }
}
