/** A proxy as companies have them: takes whole URLs, and connects to others on demand (RFC 9110, CONNECT). In this process. */
import { createServer, request as requestOf, type Server } from 'node:http';
import { connect, type Socket } from 'node:net';

export class HttpProxy {
  /** `CONNECT host:port`, `GET http://host/path` */
  readonly seen: string[] = [];
  /** What it was shown. */
  readonly logins: (string | undefined)[] = [];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor() {
    this.#server = createServer((request, response) => {
      const { method = '', url = '', headers } = request;
      this.#note(`${method} ${url}`, headers['proxy-authorization']);
      const { 'proxy-authorization': _, ...others } = headers;
      const upstream = requestOf(url, { method, headers: others }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      request.pipe(upstream);
    });
    this.#server.on('connect', ({ url = '', headers }, socket: Socket) => {
      this.#note(`CONNECT ${url}`, headers['proxy-authorization']);
      const [host = '', port = ''] = url.split(':');
      const upstream = connect(Number(port), host, () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
        upstream.pipe(socket).pipe(upstream);
      });
      for (const one of [socket, upstream]) {
        this.#sockets.add(one);
        one.on('error', () => one.destroy());
      }
    });
  }

  async listen(address: string, port: number): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(port, address, resolve));
    return `${address}:${port}`;
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #note(what: string, login: string | undefined): void {
    this.seen.push(what);
    this.logins.push(login);
  }
}
