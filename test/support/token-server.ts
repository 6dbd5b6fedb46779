/** A token server (distribution, docs/spec/auth) for a docker-registry of the tests, in this process. */
import { createPrivateKey, createSign, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';

export interface TokenOptions {
  /** PEM files; the registry's rootcertbundle is the certificate. */
  certificate: string;
  key: string;
  /** Who may do everything; nobody else may do more than pull. */
  user: string;
  password: string;
  /** Given to who knows it instead of a password. */
  identityToken: string;
}

/** What somebody asked for. */
export interface TokenRequest {
  method: string;
  /** As which user; '' is nobody. */
  user: string;
  scope: string | undefined;
  service: string | undefined;
}

export class TokenServer {
  readonly issuer = 'tsstep-test';
  readonly service = 'the registry of the tests';
  readonly requests: TokenRequest[] = [];
  /** Seconds that a token is good for; the registry grants a minute more. */
  lifetime = 300;
  /** Whether anonymous people get tokens. */
  open = true;
  readonly #options: TokenOptions;
  readonly #server: Server;

  constructor(options: TokenOptions) {
    this.#options = options;
    this.#server = createServer((request, response) => {
      void this.#answer(request).then(({ status, body }) => {
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      });
    });
  }

  async listen(address: string, port: number): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(port, address, resolve));
    return `http://${address}:${port}/token`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #answer(request: IncomingMessage): Promise<{ status: number; body: object }> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of request) chunks.push(chunk as Uint8Array);
    const { method = '' } = request;
    const form = new URLSearchParams(Buffer.concat(chunks).toString());
    const asked = method === 'POST' ? form : new URL(request.url ?? '', 'http://x').searchParams;
    const user = this.#userOf(request, form);
    const scope = asked.get('scope') ?? undefined;
    this.requests.push({ method, user: user ?? '?', scope, service: asked.get('service') ?? undefined });
    if (user === undefined || (user === '' && !this.open))
      return { status: 401, body: { details: 'incorrect username or password' } };
    const token = this.#sign(user, scope);
    return { status: 200, body: { token, access_token: token, expires_in: this.lifetime } };
  }

  /** '' for nobody, undefined for somebody with a wrong password. */
  #userOf({ headers, method }: IncomingMessage, form: URLSearchParams): string | undefined {
    const { user, password, identityToken } = this.#options;
    if (method === 'POST') return form.get('refresh_token') === identityToken ? user : undefined;
    if (headers.authorization === undefined) return '';
    const login = Buffer.from(headers.authorization.replace(/^Basic /, ''), 'base64').toString();
    return login === `${user}:${password}` ? user : undefined;
  }

  /** A JSON Web Token (RFC 7519); registries 2.x find the key by its certificate, x5c. */
  #sign(user: string, scope: string | undefined): string {
    const now = Math.floor(Date.now() / 1000);
    const [type = '', name = '', actions = ''] = scope?.split(':') ?? [];
    const allowed = actions.split(',').filter((action) => user !== '' || action === 'pull');
    const certificate = readFileSync(this.#options.certificate, 'utf8').replace(/-----.*-----|\s/g, '');
    const header = { typ: 'JWT', alg: 'RS256', x5c: [certificate] };
    const claims = {
      iss: this.issuer,
      sub: user,
      aud: this.service,
      iat: now,
      nbf: now - 10,
      exp: now + this.lifetime,
      jti: randomUUID(),
      access: scope === undefined ? [] : [{ type, name, actions: allowed }],
    };
    const text = [header, claims]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    const key = createPrivateKey(readFileSync(this.#options.key));
    return `${text}.${createSign('RSA-SHA256').update(text).sign(key).toString('base64url')}`;
  }
}
