/** Somebody who listens and somebody who calls, each in a network namespace of choice. */
import { Started } from './commands.ts';
import type { Sandbox } from './sandbox.ts';

type Protocol = 'tcp' | 'udp';

/** Answers everybody with the address that they seem to have. */
const servers: Record<Protocol, string> = {
  tcp: `require('net').createServer((s) => s.on('error', () => {}).end(s.remoteAddress.replace('::ffff:', '')))
    .listen(+process.argv[1], '0.0.0.0', () => console.log('listening'))`,
  udp: `const s = require('dgram').createSocket('udp4');
    s.on('message', (_, { address, port }) => s.send(address, port, address));
    s.bind(+process.argv[1], () => console.log('listening'))`,
};

/** Nobody waits for ever: a datagram that is dropped is dropped in silence. */
const clients: Record<Protocol, string> = {
  tcp: `const s = require('net').connect(+process.argv[2], process.argv[1]);
    s.on('error', (e) => { console.log(e.code); s.destroy() }).setTimeout(3000, () => { console.log('no answer'); s.destroy() }).pipe(process.stdout)`,
  udp: `const s = require('dgram').createSocket('udp4');
    const done = (text) => { console.log(text); s.close() };
    const timer = setTimeout(done, 3000, 'no answer');
    s.on('message', (text) => { clearTimeout(timer); done(String(text)) });
    s.send('hello', +process.argv[2], process.argv[1])`,
};

/** Where: the process whose network namespace it is, or the sandbox's own. */
const inNetworkOf = (pid: number | undefined): string[] =>
  pid === undefined ? [] : ['nsenter', '--target', `${pid}`, '--net'];

/** Listens until it is killed. */
export async function serve(
  sandbox: Sandbox,
  pid: number | undefined,
  protocol: Protocol,
  port: number,
): Promise<Started> {
  const program = [process.execPath, '-e', servers[protocol], `${port}`];
  const server = new Started(sandbox.enter([...inNetworkOf(pid), ...program]));
  await server.says('listening');
  return server;
}

/** What the server answers, which is the caller's address as seen there; else ECONNREFUSED, `no answer` and the like. */
export async function ask(
  sandbox: Sandbox,
  pid: number | undefined,
  protocol: Protocol,
  address: string,
  port: number,
): Promise<string> {
  const program = [process.execPath, '-e', clients[protocol], address, `${port}`];
  return (await sandbox.run([...inNetworkOf(pid), ...program])).stdout.trim();
}
