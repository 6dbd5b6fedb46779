import type { Kind } from '../../../core/operation.ts';
import { files } from './files.ts';
import { host } from './host.ts';
import { isolation } from './isolation.ts';
import { network } from './network.ts';
import { privileges } from './privileges.ts';
import { process } from './process.ts';

const texts: Readonly<Record<Kind, string>> = {
  ...host,
  ...network,
  ...files,
  ...isolation,
  ...privileges,
  ...process,
};

/** A paragraph on a kind of operation: what the kernel does, what docker does here, what goes wrong. One line, to be wrapped. */
export function explain(kind: Kind): string {
  return texts[kind].replace(/\s+/g, ' ').trim();
}
