import { isIP } from 'node:net';
import { TsstepError } from '../errors.ts';
import { hostOf, inNetwork, isLoopback } from './hosts.ts';

/**
 * The proxy for a URL as Go's programs, docker among them, read the environment (net/http, ProxyFromEnvironment): HTTPS_PROXY for
 * https, HTTP_PROXY for http, lower case as well, and NO_PROXY with hosts, domains, networks, ports and `*`. Never for loopback.
 * @throws `usage` when it is no URL
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
  const whole = proxy.includes('://') ? proxy : `http://${proxy}`;
  if (URL.canParse(whole) && /^(https?|socks5):$/.test(new URL(whole).protocol)) return whole;
  throw new TsstepError({
    code: 'usage',
    // Without what it says: that may be a password.
    what: `the proxy for ${url.protocol.replace(':', '')} cannot be used`,
    why: `what ${url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY'} says is no URL of http, https or socks5`,
    remedy: 'write it like http://proxy:3128, or take it out of the environment',
  });
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
