/** What an answer with an error status means (distribution-spec, "Error Codes"). */
import { TsstepError } from '../errors.ts';
import type { Failure } from '../operation.ts';
import { type Answer, header } from './http.ts';
import { retryAfter } from './retry.ts';
import type { Endpoint, Exchange } from './types.ts';

/** What was asked for, as errors name it. */
export interface Asked {
  endpoint: Endpoint;
  /** `the image localhost:5000/team/app:1`, with article. */
  what: string;
  /** What 404 is, where it is not an image that the registry lacks. */
  absent?: string;
}

/** What a registry has answered in place of what it was asked for. */
export class Refusal extends TsstepError {
  readonly exchange: Exchange;
  /** Status and the registry's own words: `400: NAME_INVALID: …`. */
  readonly answer: string;

  constructor(failure: ConstructorParameters<typeof TsstepError>[0], exchange: Exchange, said: string) {
    super(failure);
    this.exchange = exchange;
    this.answer = `${exchange.status}${said && `: ${said}`}`;
  }
}

/** Bytes of an error’s body that are worth reading. */
const enough = 64 * 1024;

/** The error for an answer that is none; its body is read. */
export async function refusal(answer: Answer, asked: Asked): Promise<Refusal> {
  const text = answer.secrets.reduce((all, secret) => all.replaceAll(secret, '…'), await beginning(answer));
  const said = wordsOf(text);
  return new Refusal(meaning(answer, asked, said), answer.exchange, said);
}

function meaning(answer: Answer, asked: Asked, said: string): Omit<Failure, 'exit'> {
  const { status } = answer.exchange;
  const { registry, url } = asked.endpoint;
  if (status === 429) return limited(answer, asked, said);
  const login = `tsstep login${registry === 'docker.io' ? '' : ` ${registry}`}`;
  if (status === 401 || status === 403) {
    return {
      code: 'unauthorized',
      what: `${registry} denies access to ${asked.what}`,
      why: `it does not exist, or needs a login (${status}${said && `: ${said}`})`,
      remedy: `look at the spelling, or \`${login}\``,
    };
  }
  if (status === 404 && !asked.absent) {
    return {
      code: 'no-such-image',
      what: `${registry} does not have ${asked.what}`,
      why: said || 'it answers 404',
      remedy: 'look at the spelling of name and tag',
    };
  }
  const why = status === 404 && asked.absent ? asked.absent : `it answers ${status}${said && `: ${said}`}`;
  return {
    code: 'registry',
    what: `${url} does not give ${asked.what}`,
    why: why + repeated(answer),
    remedy: `look at what it says: \`curl -v ${answer.exchange.url}\``,
  };
}

function limited(answer: Answer, { endpoint }: Asked, said: string): Omit<Failure, 'exit'> {
  const wait = retryAfter(header(answer, 'retry-after'), Date.now());
  const when =
    wait === undefined
      ? 'wait a while'
      : `try again in ${Math.ceil(wait / 1000)} s, at ${clock(Date.now() + wait)}`;
  const hub =
    endpoint.registry === 'docker.io'
      ? '; with `tsstep login` more is allowed, and with a mirror in your network (TSSTEP_REGISTRY_MIRROR) no limit matters'
      : '';
  return {
    code: 'rate-limited',
    what: `${endpoint.registry} has been asked too often`,
    why: (said || 'it answers 429 Too Many Requests') + repeated(answer),
    remedy: when + hub,
  };
}

function repeated({ exchange: { retries = [] } }: Answer): string {
  return retries.length > 0 ? `; asked ${retries.length + 1} times` : '';
}

function clock(at: number): string {
  return new Date(at).toTimeString().slice(0, 8);
}

async function beginning({ body }: Answer): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of body as AsyncIterable<Uint8Array>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > enough) break;
    }
  } catch {
    // The status has said the essential.
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** `MANIFEST_UNKNOWN: manifest unknown`; of other bodies the first line, unless it is a web page. */
function wordsOf(text: string): string {
  let words = /^\s*</.test(text) ? '' : (text.trim().split('\n')[0] ?? '');
  try {
    const json = JSON.parse(text) as { errors?: { code?: unknown; message?: unknown }[]; details?: unknown };
    const first = json.errors?.[0];
    words = first ? [first.code, first.message].filter(Boolean).join(': ') : String(json.details ?? '');
  } catch {
    // Proxies and storages answer as they like.
  }
  // A terminal must not obey what a registry says.
  return words.replace(/\p{Cc}/gu, ' ').slice(0, 300);
}
