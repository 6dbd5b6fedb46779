/** The ports of a container that has a network of its own, published ones first. */
import { endpointsOf } from '../../../core/network/endpoint.ts';
import { type Container, isUp } from '../../../core/store/containers.ts';
import type { ShownPort } from '../format/ports.ts';

/** Docker shows them, also those that are only exposed, while the container runs. */
export function portsOf({ config, state }: Container): ShownPort[] {
  if (!isUp(state) || endpointsOf(config.spec).length === 0) return [];
  const published = Object.entries(state.ports ?? {}).map(([key, hostPort]) => {
    // `0.0.0.0:80/tcp`, and `…#2` where it is published once more.
    const [ip = '', port = '', protocol = ''] = key.replace(/#\d+$/, '').split(/[:/]/);
    return { ip, hostPort, port: Number(port), protocol };
  });
  const exposed = config.exposedPorts.flatMap((text) => {
    const [port = '', protocol = ''] = text.split('/');
    const isPublished = published.some((one) => one.port === Number(port) && one.protocol === protocol);
    return isPublished ? [] : [{ port: Number(port), protocol }];
  });
  return [...published, ...exposed];
}
