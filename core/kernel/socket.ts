/** Sockets that only hold a port: a raw descriptor, which a supervisor can inherit. socket(2), bind(2), listen(2), ip(7). */
import { checked } from './errno.ts';
import * as libc from './libc.ts';

const AF_INET = 2;
const SOCK_STREAM = 1;
const SOCK_DGRAM = 2;
const SOCK_CLOEXEC = 0o2000000;
const SOL_SOCKET = 1;
const SO_REUSEADDR = 2;
const SOCKADDR_IN = 16;

/** `struct sockaddr_in`: the family as the machine counts, port and address as the network does. */
function socketAddress(address: number, port: number): Buffer {
  const buffer = Buffer.alloc(SOCKADDR_IN);
  buffer.writeUInt16LE(AF_INET, 0);
  buffer.writeUInt16BE(port, 2);
  buffer.writeUInt32BE(address, 4);
  return buffer;
}

/** An IPv4 socket, close-on-exec. @throws SyscallError */
export function openSocket(protocol: 'tcp' | 'udp'): number {
  const type = protocol === 'tcp' ? SOCK_STREAM : SOCK_DGRAM;
  return checked('socket', libc.socket(AF_INET, type | SOCK_CLOEXEC, 0));
}

/** @param address as a number; 0: all @param port 0: any @throws SyscallError EADDRINUSE, EADDRNOTAVAIL, EACCES */
export function bind(fd: number, address: number, port: number): void {
  checked('bind', libc.bind(fd, socketAddress(address, port), SOCKADDR_IN));
}

/** Connections of the past (TIME_WAIT) do not keep the port; whoever listens on it does. */
export function reuseAddress(fd: number): void {
  checked('setsockopt', libc.setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, new Int32Array([1]), 4));
}

/** @throws SyscallError EADDRINUSE */
export function listen(fd: number): void {
  checked('listen', libc.listen(fd, 0));
}

/** The port that the kernel has chosen; getsockname(2). */
export function portOf(fd: number): number {
  const address = Buffer.alloc(SOCKADDR_IN);
  checked('getsockname', libc.getsockname(fd, address, new Int32Array([SOCKADDR_IN])));
  return address.readUInt16BE(2);
}
