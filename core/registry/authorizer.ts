import { challengeOf } from './challenge.ts';
import { basicHeader, type Credentials, savedCredentials } from './credentials.ts';
import { type Answer, type Http, header } from './http.ts';
import { requestToken } from './token.ts';
import type { Challenge, Endpoint, Exchange } from './types.ts';

export type Actions = 'pull' | 'pull,push';

/** What a registry has to be shown, and by whom. Secrets stay in here: none is ever returned but as the header to send. */
export class Authorizer {
  readonly #http: Http;
  readonly #endpoint: Endpoint;
  readonly #credentials: () => Promise<Credentials | undefined>;
  readonly #tokens = new Map<string, string>();
  readonly #actions = new Map<string, Actions>();
  #challenge: Challenge | undefined;
  #loaded: Promise<Credentials | undefined> | undefined;

  /** @param given a login that is to be tried, in place of the saved one */
  constructor(http: Http, endpoint: Endpoint, env: NodeJS.ProcessEnv, given?: Credentials) {
    this.#http = http;
    this.#endpoint = endpoint;
    // A mirror is somebody else than the registry it copies: it must not see that one's password.
    const filed = endpoint.mirror ? new URL(endpoint.url).host : endpoint.registry;
    this.#credentials = () => (given ? Promise.resolve(given) : savedCredentials(filed, env));
  }

  get challenge(): Challenge | undefined {
    return this.#challenge;
  }

  /** Keep what a 401 demands. */
  learn(answer: Answer): void {
    this.#challenge = challengeOf(header(answer, 'www-authenticate')) ?? this.#challenge;
  }

  /** The Authorization header for a repository (or for none: ''), as far as one is known. */
  async header(repository: string): Promise<string | undefined> {
    if (this.#challenge?.scheme === 'basic') {
      const login = await this.#login();
      return login && 'password' in login ? basicHeader(login) : undefined;
    }
    const token = this.#tokens.get(repository);
    return token === undefined ? undefined : `Bearer ${token}`;
  }

  /** What was last wanted with a repository. */
  actions(repository: string): Actions {
    return this.#actions.get(repository) ?? 'pull';
  }

  /** Ask for a token for a repository, and keep it. */
  async authorize(
    repository: string,
    actions: Actions,
  ): Promise<Exchange & { user?: string; expiresIn?: number }> {
    const login = await this.#login();
    const { exchange, token, expiresIn } = await requestToken(
      this.#http,
      this.#challenge ?? { scheme: 'bearer' },
      repository === '' ? undefined : `repository:${repository}:${actions}`,
      login,
      {
        endpoint: this.#endpoint,
        what: repository === '' ? 'a token' : `a token for ${repository}`,
      },
    );
    this.#actions.set(repository, actions);
    this.#tokens.set(repository, token);
    return { ...exchange, ...(login ? { user: login.user } : {}), expiresIn };
  }

  #login(): Promise<Credentials | undefined> {
    this.#loaded ??= this.#credentials();
    return this.#loaded;
  }
}
