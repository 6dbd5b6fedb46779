import { isIP } from 'node:net';
import { hostOf, inNetwork, isLoopback } from './hosts.ts';

/**
 * The proxy for a URL as Go's programs, docker among them, read the environment (net/http, ProxyFromEnvironment): HTTPS_PROXY for
 * https, HTTP_PROXY for http, lower case as well, and NO_PROXY with hosts, domains, networks, ports and `*`. Never for loopback.
 */
export function proxyFor(url: URL, env: NodeJS.ProcessEnv): string | undefined {
  const host = hostOf(url.host);
  const proxy =
    url.protocol === 'https:' ? env.HTTPS_PROXY || env.https_proxy : env.HTTP_PROXY || env.http_proxy;
  if (!proxy || isLoopback(host)) return undefined;
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  const exceptions = (env.NO_PROXY || env.no_proxy || '').split(/[\s,]+/).filter(Boolean);
  if (exceptions.some((exception) => excepts(exception.toLowerCase(), host, port))) return undefined;
  // curl and Go take `proxy:3128` for http://proxy:3128.
  return proxy.includes('://') ? proxy : `http://${proxy}`;
}

function excepts(exception: string, host: string, port: string): boolean {
  if (exception === '*' || inNetwork(host, exception)) return true;
  const address = exception.replace(/^\[|\]$/g, '');
  const only = isIP(address) ? undefined : /:(\d+)$/.exec(exception)?.[1];
  if (only !== undefined && only !== port) return false;
  const name = only === undefined ? address : hostOf(exception);
  // `.example.com` means what is below it, `example.com` itself as well.
  const domain = name.replace(/^\*?\./, '');
  return (host === domain && !/^\*?\./.test(name)) || host.endsWith(`.${domain}`);
}
