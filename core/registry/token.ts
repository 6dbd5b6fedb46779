/** The token server of a registry (distribution, docs/spec/auth: token.md and oauth.md). */
import * as v from 'valibot';
import { TsstepError } from '../errors.ts';
import { basicHeader, type Credentials } from './credentials.ts';
import { hostOf, isLoopback } from './hosts.ts';
import type { Ask, Http } from './http.ts';
import { bytesOf } from './read.ts';
import { type Asked, refusal } from './refusal.ts';
import type { Challenge, Exchange } from './types.ts';

const schema = v.pipe(
  v.object({
    token: v.nullish(v.string()),
    access_token: v.nullish(v.string()),
    /** Seconds; 60 where it says nothing. */
    expires_in: v.nullish(v.number()),
  }),
  v.check(({ token, access_token }) => Boolean(token || access_token), 'there is no token in it'),
);

const largestToken = 1024 * 1024;

export interface Token {
  exchange: Exchange;
  token: string;
  /** Seconds. */
  expiresIn: number;
}

/**
 * Ask for a token.
 * @param scope `repository:team/app:pull`; undefined: only who one is
 * @throws `unauthorized`, `registry`
 */
export async function requestToken(
  http: Http,
  challenge: Challenge,
  scope: string | undefined,
  credentials: Credentials | undefined,
  asked: Asked,
): Promise<Token> {
  const realm = realmOf(challenge, asked);
  const ask =
    credentials && 'identityToken' in credentials
      ? exchangeOf(realm, challenge, scope, credentials)
      : questionOf(realm, challenge, scope, credentials);
  const answer = await http.send(ask);
  const { status } = answer.exchange;
  if (status !== 200)
    throw await refusal(answer, { ...asked, absent: 'the token server it names answers 404' });
  const bytes = await bytesOf(answer, ask.url, largestToken);
  const { token, access_token, expires_in } = parse(bytes, asked);
  return {
    exchange: { ...answer.exchange, size: bytes.length },
    token: token || access_token || '',
    expiresIn: expires_in ?? 60,
  };
}

function questionOf(
  realm: URL,
  { service }: Challenge,
  scope: string | undefined,
  credentials: Extract<Credentials, { password: string }> | undefined,
): Ask {
  const url = new URL(realm);
  if (service !== undefined) url.searchParams.set('service', service);
  if (scope !== undefined) url.searchParams.append('scope', scope);
  if (credentials) url.searchParams.set('account', credentials.user);
  return { method: 'GET', url, authorization: credentials && basicHeader(credentials) };
}

function exchangeOf(
  realm: URL,
  { service = '' }: Challenge,
  scope: string | undefined,
  { identityToken }: Extract<Credentials, { identityToken: string }>,
): Ask {
  const form = new URLSearchParams({
    grant_type: 'refresh_token',
    service,
    client_id: 'tsstep',
    refresh_token: identityToken,
  });
  if (scope !== undefined) form.set('scope', scope);
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  return { method: 'POST', url: realm, headers, body: () => form.toString(), secret: identityToken };
}

function realmOf({ realm = '' }: Challenge, { endpoint }: Asked): URL {
  const url = URL.canParse(realm) ? new URL(realm) : undefined;
  // What is encrypted on the way to the registry must not be sent in the clear to its token server.
  const plainly = endpoint.url.startsWith('http:') || (url && isLoopback(hostOf(url.host)));
  const safe = url?.protocol === 'https:' || (url?.protocol === 'http:' && plainly);
  if (url && safe) return url;
  throw new TsstepError({
    code: 'registry',
    what: `the token server of ${endpoint.url} cannot be used`,
    why: url
      ? 'it would send logins and tokens without encryption'
      : 'the WWW-Authenticate header names no URL as its realm',
    remedy: 'ask whoever runs this registry',
  });
}

function parse(bytes: Buffer, { endpoint }: Asked): v.InferOutput<typeof schema> {
  let json: unknown;
  try {
    json = JSON.parse(bytes.toString('utf8'));
  } catch {
    // An error that quotes the answer could quote a token.
  }
  const result = v.safeParse(schema, json);
  if (result.success) return result.output;
  throw new TsstepError({
    code: 'registry',
    what: `the token server of ${endpoint.url} cannot be understood`,
    why: `its answer is no JSON with a token: ${result.issues[0].message}`,
    remedy: 'ask whoever runs this registry',
  });
}
