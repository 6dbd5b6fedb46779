import { closeSync } from 'node:fs';
import { type HeldPort, holdPort } from '../network/ports.ts';

/** The published ports that this process holds open, by address: nobody else can take them while the container lives. */
export class HeldPorts {
  /** By what was asked for: port 0, "any", may be asked for more than once. */
  readonly #held = new Map<string, HeldPort[]>();

  /** @returns the port, chosen by the kernel when `port` was 0 @throws TsstepError port-in-use */
  open(ip: string, port: number, protocol: 'tcp' | 'udp'): number {
    const held = holdPort({ ip, port, protocol });
    const key = `${ip}:${port}/${protocol}`;
    this.#held.set(key, [...(this.#held.get(key) ?? []), held]);
    return held.port;
  }

  /** For another process to inherit. */
  get descriptors(): number[] {
    return [...this.#held.values()].flat().map(({ descriptor }) => descriptor);
  }

  close(ip: string, port: number, protocol: 'tcp' | 'udp'): void {
    const held = this.#held.get(`${ip}:${port}/${protocol}`)?.pop();
    if (held) closeSync(held.descriptor);
  }
}
