/** Which namespaces are the container's own: --network, --pid, --ipc, --uts. An empty value is the default. */
import type { NamespaceMode, NetworkMode, Spec } from './types.ts';
import { conflict, usageError } from './usage.ts';

/** `container:NAME`, or nothing when it is something else. */
function container(flag: string, text: string): { container: string } | undefined {
  if (text !== 'container' && !text.startsWith('container:')) return undefined;
  const name = text.slice('container:'.length);
  if (name === '')
    throw usageError(flag, text, 'there is no container behind the colon', `name one: ${flag} container:web`);
  return { container: name };
}

export function parsePid(text = ''): NamespaceMode {
  if (text === '') return 'private';
  if (text === 'host') return 'host';
  const joined = container('--pid', text);
  if (joined) return joined;
  throw usageError(
    '--pid',
    text,
    'invalid PID mode',
    'use host or container:NAME; leave --pid away for a namespace of its own',
  );
}

export function parseIpc(text = ''): NamespaceMode {
  // Docker keeps a private one from being joined; here every container's can be.
  if (text === '' || text === 'private' || text === 'shareable') return 'private';
  if (text === 'host') return 'host';
  const joined = container('--ipc', text);
  if (joined) return joined;
  const why = text === 'none' ? 'tsstep always mounts a /dev/shm' : 'invalid IPC mode';
  throw usageError('--ipc', text, why, 'use private, shareable, host or container:NAME');
}

export function parseUts(text = ''): Spec['uts'] {
  if (text === '') return 'private';
  if (text === 'host') return 'host';
  throw usageError(
    '--uts',
    text,
    'invalid UTS mode',
    'use host; leave --uts away for a namespace of its own',
  );
}

/** Docker's rule. */
export const isNetworkName = (text: string): boolean => /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(text);

/** Each mention of `--network` and `--net`. */
export function parseNetwork(texts: readonly string[]): NetworkMode {
  const [text = 'default', second] = [...new Set(texts)];
  if (second !== undefined) {
    throw conflict(
      `--network ${text} and --network ${second}`,
      'a container is created in one network only, as with docker 20.10',
      `keep one of them, then: tsstep network connect ${second} CONTAINER`,
    );
  }
  if (text === 'default' || text === 'bridge') return 'bridge';
  if (text === 'host' || text === 'none') return text;
  const joined = container('--network', text);
  if (joined) return joined;
  if (isNetworkName(text)) return { network: text };
  const why = text === '' ? 'there is no name' : 'a network’s name is letters, digits, _ . and -';
  throw usageError('--network', text, why, 'use bridge, host, none, container:NAME or a network of your own');
}
