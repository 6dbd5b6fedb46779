import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Dispatcher } from 'undici';
import { TsstepError } from '../errors.ts';
import type { Connections } from './connections.ts';
import { backOff, isPassing, tries, waitAfter } from './retry.ts';
import { shownUrl } from './shown-url.ts';
import type { Exchange } from './types.ts';
import { isPassingProblem, shortReason, unreachable } from './unreachable.ts';

/** A request, which can be made several times. */
export interface Ask {
  method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH';
  url: URL;
  headers?: Readonly<Record<string, string>>;
  /** Sent to the origin of `url` alone, whatever it redirects to. */
  authorization?: string | undefined;
  /** What must not come back in an error beside that, should the server repeat it. */
  secret?: string;
  /** Made anew for each try. */
  body?: () => Buffer | string | Readable;
  signal?: AbortSignal | undefined;
  /** 1: a problem that may pass is a problem. */
  tries?: number;
  /** No connection is final, as another endpoint may be waiting. */
  eager?: boolean;
  /** Milliseconds until the answer begins, where a minute is not enough. */
  patience?: number;
}

export interface Answer {
  exchange: Exchange;
  /** What was sent and must not be shown. */
  secrets: readonly string[];
  headers: Readonly<Record<string, string | string[] | undefined>>;
  body: Dispatcher.ResponseData['body'];
}

const mostRedirects = 10;

/** HTTP as registries need it: asks again when that may help, follows redirects, and writes down what happened. */
export class Http {
  readonly #connections: Connections;

  constructor(connections: Connections) {
    this.#connections = connections;
  }

  /** The answer, whatever its status, once asking again would not change it. @throws `registry` where none comes. */
  async send(ask: Ask): Promise<Answer> {
    const retries: string[] = [];
    const most = ask.tries ?? tries;
    for (let attempt = 1; ; attempt++) {
      let reason: string;
      let wait: number | undefined;
      try {
        const answer = await this.#follow(ask);
        const { status } = answer.exchange;
        wait = waitAfter(header(answer, 'retry-after'), attempt, Date.now());
        if (!isPassing(status) || attempt >= most || wait === undefined) {
          return { ...answer, exchange: { ...answer.exchange, ...(retries.length > 0 && { retries }) } };
        }
        await answer.body.dump();
        reason = `status ${status}`;
      } catch (error) {
        if (ask.signal?.aborted || error instanceof TsstepError) throw error;
        if (ask.eager || !isPassingProblem(error) || attempt >= most)
          throw unreachable(ask.url, error, attempt);
        reason = shortReason(error);
        wait = backOff(attempt);
      }
      retries.push(`${reason}, waited ${wait / 1000} s`);
      await sleep(wait, undefined, { signal: ask.signal });
    }
  }

  async #follow(ask: Ask): Promise<Answer> {
    const redirects: string[] = [];
    let { url } = ask;
    for (;;) {
      const answer = await this.#once(ask, url);
      const location = header(answer, 'location');
      const status = answer.statusCode;
      const moved = [301, 302, 303, 307, 308].includes(status) && /^(GET|HEAD)$/.test(ask.method);
      if (!moved || location === undefined) {
        const { method } = ask;
        const exchange: Exchange = { method, url: shownUrl(ask.url), status };
        return {
          headers: answer.headers,
          body: answer.body,
          secrets: secretsOf(ask),
          exchange: redirects.length > 0 ? { ...exchange, redirects } : exchange,
        };
      }
      await answer.body.dump();
      url = redirected(url, location, (to) => this.#connections.trusts(to));
      redirects.push(shownUrl(url));
      if (redirects.length > mostRedirects)
        throw lost(ask.url, `it redirects more than ${mostRedirects} times`);
    }
  }

  async #once(ask: Ask, url: URL): Promise<Dispatcher.ResponseData> {
    const { authorization } = ask;
    const known = authorization !== undefined && url.origin === ask.url.origin;
    return await this.#connections.to(url).request({
      origin: url.origin,
      path: url.pathname + url.search,
      method: ask.method,
      headers: { 'user-agent': 'tsstep', ...ask.headers, ...(known ? { authorization } : {}) },
      ...(ask.body ? { body: ask.body() } : {}),
      ...(ask.signal ? { signal: ask.signal } : {}),
      ...(ask.patience ? { headersTimeout: ask.patience } : {}),
    });
  }
}

function secretsOf({ authorization = '', secret = '' }: Ask): string[] {
  const [scheme, proof = ''] = authorization.split(' ');
  const login = scheme === 'Basic' ? Buffer.from(proof, 'base64').toString('utf8') : '';
  return [proof, login, login.slice(login.indexOf(':') + 1), secret].filter(Boolean);
}

/** The first header of this name. */
export function header({ headers }: Pick<Answer, 'headers'>, name: string): string | undefined {
  return [headers[name] ?? []].flat()[0];
}

/**
 * Where a redirect leads.
 * @param trusted whether a host may be talked to without encryption
 * @throws `registry` for what is no URL of HTTP, or would carry on in the clear what was begun encrypted
 */
export function redirected(from: URL, location: string, trusted: (to: URL) => boolean): URL {
  const to = URL.canParse(location, from.href) ? new URL(location, from.href) : undefined;
  if (!to || !/^https?:$/.test(to.protocol)) throw lost(from, 'it redirects to what is no URL of HTTP');
  if (from.protocol === 'https:' && to.protocol === 'http:' && !trusted(to))
    throw lost(from, `it redirects to ${shownUrl(to)}, which is without encryption`);
  return to;
}

function lost(url: URL, why: string): TsstepError {
  return new TsstepError({
    code: 'registry',
    what: `${shownUrl(url)} leads nowhere`,
    why,
    remedy: 'ask whoever runs this registry',
  });
}
