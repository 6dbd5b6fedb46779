import { badImage } from '../image/broken.ts';
import { digestOf, digestPattern } from '../image/digest.ts';
import type { Descriptor } from '../image/schema.ts';
import { largestJson } from '../image/store/blobs.ts';
import { type Actions, Authorizer } from './authorizer.ts';
import { Connections, type RegistryOptions } from './connections.ts';
import type { Credentials } from './credentials.ts';
import { type Answer, type Ask, Http, header } from './http.ts';
import { acceptedManifests, mediaTypeOf } from './manifest-type.ts';
import { bytesOf, streamOf } from './read.ts';
import { type Asked, refusal } from './refusal.ts';
import type { Challenge, Endpoint, Exchange } from './types.ts';

/**
 * One registry at one endpoint (OCI distribution-spec, docker's registry API version 2). Asks again when a problem may pass, and for
 * a new token when one has expired.
 * @throws `registry`, `unauthorized`, `rate-limited`, from every method
 */
export class Registry {
  readonly endpoint: Endpoint;
  readonly #connections: Connections;
  readonly #http: Http;
  readonly #authorizer: Authorizer;

  /** @param login in place of what is saved */
  constructor(endpoint: Endpoint, options: RegistryOptions, login?: Credentials) {
    this.endpoint = endpoint;
    this.#connections = new Connections(endpoint, options);
    this.#http = new Http(this.#connections);
    this.#authorizer = new Authorizer(this.#http, endpoint, options.env, login);
  }

  url(path: string): URL {
    return new URL(path, this.endpoint.url);
  }

  /** Whether it is a registry, and what it wants to be shown. No second try for what cannot be reached: the next endpoint is waiting. */
  async ping(): Promise<Exchange & { challenge?: Challenge }> {
    const once = this.endpoint.mirror ? { tries: 1 } : {};
    const answer = await this.#http.send({ method: 'GET', url: this.url('/v2/'), eager: true, ...once });
    const { status } = answer.exchange;
    const asked = { endpoint: this.endpoint, what: 'the API of a registry', absent: 'there is no /v2/' };
    if (status !== 200 && status !== 401) throw await refusal(answer, asked);
    if (status === 401) this.#authorizer.learn(answer);
    await answer.body.dump();
    const { challenge } = this.#authorizer;
    return { ...answer.exchange, ...(challenge ? { challenge } : {}) };
  }

  /** Ask for a bearer token; it stays in this object. For a registry that wants one, as `ping` says. */
  async authorize(
    repository: string,
    actions: Actions,
  ): Promise<Exchange & { user?: string; expiresIn?: number }> {
    if (!this.#authorizer.challenge) await this.ping();
    return await this.#authorizer.authorize(repository, actions);
  }

  /**
   * A manifest or an index, verified.
   * @param reference tag or digest
   * @throws `no-such-image`; `bad-image` when it is not what the digest says, or of a kind that is no more
   */
  async manifest(
    repository: string,
    reference: string,
  ): Promise<Exchange & { descriptor: Descriptor; bytes: Buffer }> {
    const url = this.url(`/v2/${repository}/manifests/${reference}`);
    const asked = { endpoint: this.endpoint, what: `the image ${nameOf(repository, reference)}` };
    const answer = await this.ask({ method: 'GET', url, headers: { accept: acceptedManifests } }, repository);
    if (answer.exchange.status !== 200) throw await refusal(answer, asked);
    const bytes = await bytesOf(answer, url, largestJson);
    const promised = digestPattern.test(reference) ? reference : header(answer, 'docker-content-digest');
    const digest = digestOf(bytes);
    if (promised?.startsWith('sha256:') && promised !== digest) {
      throw badImage(
        `the manifest of ${asked.what} is damaged`,
        `it should be ${promised} and is ${digest}`,
        'try again; if it stays so, what lies between here and the registry changes it, or the registry is broken',
      );
    }
    const mediaType = mediaTypeOf(header(answer, 'content-type'), bytes, asked.what);
    const descriptor = { mediaType, digest, size: bytes.length };
    return { ...answer.exchange, ...descriptor, descriptor, bytes };
  }

  /**
   * The bytes of a blob as they come; nothing is verified yet.
   * @param range `from`: the byte to begin with. Status 206 says that the registry does so, 200 that it begins at 0.
   */
  async blob(
    repository: string,
    digest: string,
    range: { from: number } = { from: 0 },
    signal?: AbortSignal,
  ): Promise<Exchange & { body: AsyncIterable<Uint8Array> }> {
    const url = this.url(`/v2/${repository}/blobs/${digest}`);
    const headers = range.from > 0 ? { range: `bytes=${range.from}-` } : {};
    const answer = await this.ask({ method: 'GET', url, headers, signal }, repository);
    const { status } = answer.exchange;
    const whole = status === 200 || (status === 206 && startsAt(answer, range.from));
    if (!whole) throw await refusal(answer, this.#blobAsked(digest));
    const length = header(answer, 'content-length');
    return {
      ...answer.exchange,
      ...(length === undefined ? {} : { size: Number(length) }),
      digest,
      body: streamOf(answer, url, signal),
    };
  }

  /** Whether it takes the login. @throws `unauthorized` when it does not */
  async verifyLogin(): Promise<Exchange> {
    await this.ping();
    const answer = await this.ask({ method: 'GET', url: this.url('/v2/') }, '');
    const asked = { endpoint: this.endpoint, what: 'its API', absent: 'there is no /v2/' };
    if (answer.exchange.status !== 200) throw await refusal(answer, asked);
    await answer.body.dump();
    return answer.exchange;
  }

  /** Any request about a repository, with what proves who asks; on 401 once more with a new proof. */
  async ask(ask: Ask, repository: string): Promise<Answer> {
    // Uploads may go to another host, which has been told by the registry what it has to know.
    if (ask.url.origin !== this.url('/').origin) return await this.#http.send(ask);
    const sent = await this.#authorizer.header(repository);
    const answer = await this.#http.send({ ...ask, authorization: sent });
    if (answer.exchange.status !== 401) return answer;
    this.#authorizer.learn(answer);
    const { challenge } = this.#authorizer;
    if (challenge?.scheme === 'bearer')
      await this.authorize(repository, this.#authorizer.actions(repository));
    const authorization = await this.#authorizer.header(repository);
    if (authorization === undefined || authorization === sent) return answer;
    await answer.body.dump();
    const again = await this.#http.send({ ...ask, authorization });
    const retries = [
      ...(answer.exchange.retries ?? []),
      `status 401, ${challenge?.scheme === 'bearer' ? 'got a token' : 'sent the login'}`,
      ...(again.exchange.retries ?? []),
    ];
    return { ...again, exchange: { ...again.exchange, retries } };
  }

  close(): void {
    this.#connections.close();
  }

  #blobAsked(digest: string): Asked {
    return {
      endpoint: this.endpoint,
      what: `the blob ${digest}`,
      absent: 'it does not have it, though an image names it',
    };
  }
}

function nameOf(repository: string, reference: string): string {
  return `${repository}${digestPattern.test(reference) ? '@' : ':'}${reference}`;
}

/** A server could send another part than was asked for: then everything has to be sent anew. */
function startsAt(answer: Answer, from: number): boolean {
  return header(answer, 'content-range')?.startsWith(`bytes ${from}-`) === true;
}
