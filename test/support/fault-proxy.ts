/** Something between tsstep and a registry that goes wrong in the ways that networks and servers go wrong. In this process. */
import {
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  request as requestOf,
  type Server,
  type ServerResponse,
} from 'node:http';

/** Done to answers of paths that match, `times` times (once), in the order in which they were set. */
export interface Fault {
  /** Of the path; `/blobs/` is usual. */
  match: RegExp;
  method?: string;
  times?: number;
  /** Let this many bytes of the body through, then break the connection, or say nothing more. */
  cutAfter?: number;
  stallAfter?: number;
  /** Change the byte at this place of the body. */
  corruptAt?: number;
  /** Answer this instead of asking the registry. */
  status?: number;
  body?: string;
  headers?: OutgoingHttpHeaders;
  /** Pass the answer on with these headers in place of the registry's; `undefined` takes one away. */
  replace?: Readonly<Record<string, string | undefined>>;
  /** Take the Range header away from what the registry sees. */
  ignoreRange?: boolean;
  /** End the answer, in good order, after this many bytes. */
  shorten?: number;
  /** Send to the storage, another host of this proxy, with a signature in the query. */
  redirect?: boolean;
}

/** What was asked, and whether Authorization came along. */
export interface Seen {
  method: string;
  path: string;
  range?: string;
  authorized: boolean;
  /** `storage`: the other host that blobs are redirected to. */
  at: 'registry' | 'storage';
}

export const signature = 'X-Signature=0123456789abcdef';

export class FaultProxy {
  readonly seen: Seen[] = [];
  #faults: Fault[] = [];
  readonly #servers: Server[] = [];
  readonly #upstream: URL;
  #storage = '';
  /** What the registry was last shown: the storage reads its blobs there. */
  #authorization: string | undefined;

  /** @param upstream `http://127.0.0.1:5000` */
  constructor(upstream: string) {
    this.#upstream = new URL(upstream);
  }

  /** Listens as registry on `port`, and as storage on the next one. @returns the registry's `host:port` */
  async listen(address: string, port: number): Promise<string> {
    for (const [index, at] of (['registry', 'storage'] as const).entries()) {
      const server = createServer((request, response) => this.#answer(request, response, at));
      this.#servers.push(server);
      await new Promise<void>((resolve) => server.listen(port + index, address, resolve));
    }
    this.#storage = `http://${address}:${port + 1}`;
    return `${address}:${port}`;
  }

  /** From now on; what was set before and seen before is forgotten. */
  fail(...faults: readonly Fault[]): void {
    this.#faults = faults.map((fault) => ({ ...fault }));
    this.seen.length = 0;
  }

  close(): void {
    for (const server of this.#servers) {
      server.close();
      server.closeAllConnections();
    }
  }

  #answer(request: IncomingMessage, response: ServerResponse, at: Seen['at']): void {
    const { method = '', url: path = '', headers } = request;
    const { range, authorization } = headers;
    this.seen.push({
      method,
      path,
      authorized: authorization !== undefined,
      at,
      ...(range ? { range } : {}),
    });
    if (at === 'registry') this.#authorization = authorization;
    const fault = at === 'registry' ? this.#take(method, path) : undefined;
    if (fault?.status !== undefined)
      return void response.writeHead(fault.status, fault.headers).end(fault.body);
    if (fault?.redirect) {
      request.resume();
      response.writeHead(307, { location: `${this.#storage}${path}?${signature}` }).end();
      return;
    }
    const { hostname, port } = this.#upstream;
    const { range: _, ...rangeless } = headers;
    const passed = {
      ...(fault?.ignoreRange ? rangeless : headers),
      ...(this.#authorization === undefined ? {} : { authorization: this.#authorization }),
    };
    const upstream = requestOf({ hostname, port, method, path, headers: passed }, (answer) =>
      this.#pass(answer, response, fault ?? { match: /^/ }),
    );
    upstream.on('error', () => response.destroy());
    request.pipe(upstream);
  }

  #take(method: string, path: string): Fault | undefined {
    const fault = this.#faults.find(
      (one) => (one.times ?? 1) > 0 && one.match.test(path) && (one.method ?? method) === method,
    );
    if (fault) fault.times = (fault.times ?? 1) - 1;
    return fault;
  }

  #pass(answer: IncomingMessage, response: ServerResponse, fault: Fault): void {
    const headers: Record<string, string | string[] | undefined> = { ...answer.headers, ...fault.replace };
    if (fault.shorten !== undefined) headers['content-length'] = `${fault.shorten}`;
    const kept = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined));
    response.writeHead(answer.statusCode ?? 502, kept as OutgoingHttpHeaders);
    const end = fault.cutAfter ?? fault.stallAfter ?? fault.shorten ?? Number.POSITIVE_INFINITY;
    let at = 0;
    answer.on('data', (chunk: Buffer) => {
      const place = (fault.corruptAt ?? -1) - at;
      if (place >= 0 && place < chunk.length) chunk[place] = (chunk[place] ?? 0) ^ 1;
      const piece = chunk.subarray(0, Math.max(0, end - at));
      at += chunk.length;
      if (!response.write(piece)) {
        answer.pause();
        response.once('drain', () => answer.resume());
      }
      if (at < end || piece.length === 0) return;
      // What has been written must arrive first: a destroyed socket throws it away.
      if (fault.cutAfter !== undefined) response.write('', () => response.destroy());
      if (fault.shorten !== undefined) response.end();
    });
    answer.on('end', () => {
      if (at < end) response.end();
    });
    answer.on('error', () => response.destroy());
    response.on('close', () => answer.destroy());
  }
}
