import { TsstepError } from '../../../core/errors.ts';
import { usageError } from '../../../core/spec/usage.ts';
import { type Container, findContainer } from '../../../core/store/containers.ts';
import { forEach, openState } from '../state.ts';

interface Published {
  /** `80/tcp` */
  inside: string;
  /** `0.0.0.0:8080` */
  outside: string;
}

/** Docker's lines: `80/tcp -> 0.0.0.0:8080`, or of one port only the host's side. */
export async function port(reference: string, wanted: string | undefined): Promise<number> {
  const { root } = openState('port');
  return await forEach([reference], () => {
    const ports = publishedBy(findContainer(root, reference));
    if (wanted === undefined) {
      process.stdout.write(ports.map(({ inside, outside }) => `${inside} -> ${outside}\n`).join(''));
      return;
    }
    const key = keyOf(wanted);
    const found = ports.filter(({ inside }) => inside === key);
    if (found.length === 0) throw notPublished(reference, wanted, ports);
    process.stdout.write(found.map(({ outside }) => `${outside}\n`).join(''));
  });
}

/** `80` is `80/tcp`. */
function keyOf(text: string): string {
  const [, number, protocol = 'tcp'] = /^(\d+)(?:\/(\w+))?$/.exec(text) ?? [];
  if (number === undefined)
    throw usageError('port', text, 'it is no port', 'write tsstep port NAME 80 or tsstep port NAME 53/udp');
  return `${Number(number)}/${protocol.toLowerCase()}`;
}

function publishedBy({ state }: Container): Published[] {
  const number = (text: string) => Number.parseInt(text, 10);
  return Object.entries(state.ports ?? {})
    .map(([key, hostPort]) => {
      // `0.0.0.0:80/tcp`, and `…#2` where it is published once more.
      const [, ip = '', inside = ''] = /^(.*):(\d+\/\w+)/.exec(key) ?? [];
      return { inside, outside: `${ip}:${hostPort}` };
    })
    .sort((a, b) => number(a.inside) - number(b.inside) || (a.inside < b.inside ? -1 : 1));
}

function notPublished(reference: string, wanted: string, ports: readonly Published[]): TsstepError {
  const all = [...new Set(ports.map(({ inside }) => inside))].join(', ');
  return new TsstepError({
    code: 'usage',
    what: `No public port '${wanted}' published for ${reference}`,
    why: all === '' ? 'it has none, or does not run' : `it publishes ${all}`,
    remedy: 'ports are published when a container is created: run -p 8080:80',
  });
}
