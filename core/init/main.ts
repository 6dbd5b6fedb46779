/**
 * Init: PID 1 of the container that is being made. It performs one operation at a time on the supervisor's word and at last
 * becomes the container's process by execve(2).
 *
 * Everything here is synchronous and imported before the first operation: libuv's pool threads stay in the old mount
 * namespace, so asynchronous file access would silently read the host's files, and after pivot_root nothing of ours can be
 * loaded any more. It must not touch process.stdin, stdout or stderr: that would make their pipes non-blocking.
 */
import { openSync, readlinkSync, readSync, writeSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { failureOf, TsstepError } from '../errors.ts';
import { errnoOf, SyscallError } from '../kernel/errno.ts';
import { hideFromOthers } from '../kernel/process.ts';
import type { InitOperation } from './perform.ts';
import { performInInit } from './perform.ts';
import type { Hold, Ready, Reply } from './protocol.ts';

// Its program has no name but a descriptor's: ps shall show what it is.
process.title = 'tsstep-init';

const [commandsPath = '', repliesPath = '', amongOthers] = process.argv.slice(2);
// Once it has the container's user and capabilities, a process there could take its descriptors, which lead out (CVE-2016-9962).
if (amongOthers) hideFromOthers();
const commands = openSync(commandsPath, 'r');
const replies = openSync(repliesPath, 'w');

function send(message: Ready | Reply): void {
  writeSync(replies, `${JSON.stringify(message)}\n`);
}

function* lines(): Generator<string> {
  const chunk = Buffer.alloc(65536);
  const decoder = new StringDecoder('utf8');
  let pending = '';
  for (;;) {
    const length = readSync(commands, chunk);
    if (length === 0) return;
    pending += decoder.write(chunk.subarray(0, length));
    const parts = pending.split('\n');
    pending = parts.pop() ?? '';
    yield* parts;
  }
}

function perform(operation: InitOperation): Reply {
  try {
    return { ok: true, value: performInInit(operation) };
  } catch (error) {
    if (error instanceof TsstepError) return { ok: false, failure: error.failure };
    const errno = errnoOf(error);
    if (errno === undefined) return { ok: false, failure: failureOf(error) };
    const call =
      error instanceof SyscallError
        ? error.call
        : ((error as NodeJS.ErrnoException).syscall ?? operation.kind);
    return { ok: false, call, errno };
  }
}

/** Blocks for good, in the kernel, without a thread of Node waking up. */
function hold(): never {
  for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

// The procfs that init sees at its start is still the host's, and so is the pid that it shows.
send({ ready: Number(readlinkSync('/proc/self')) });
for (const line of lines()) {
  const message = JSON.parse(line) as InitOperation | Hold;
  if ('hold' in message) hold();
  send(perform(message));
}
process.exit(0);
