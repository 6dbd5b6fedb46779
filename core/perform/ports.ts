import { listen } from '../network/ports.ts';

type Listener = Awaited<ReturnType<typeof listen>>;

/** The published ports that this process holds open, by address: nobody else can take them while the container lives. */
export class HeldPorts {
  /** By what was asked for: port 0, "any", may be asked for more than once. */
  readonly #held = new Map<string, Listener[]>();

  /** @returns the port, chosen by the kernel when `port` was 0 @throws TsstepError port-in-use */
  async open(ip: string, port: number, protocol: 'tcp' | 'udp'): Promise<number> {
    const listener = await listen({ ip, port, protocol });
    const key = `${ip}:${port}/${protocol}`;
    this.#held.set(key, [...(this.#held.get(key) ?? []), listener]);
    return listener.port;
  }

  async close(ip: string, port: number, protocol: 'tcp' | 'udp'): Promise<void> {
    await this.#held.get(`${ip}:${port}/${protocol}`)?.pop()?.close();
  }
}
