import { listen } from '../network/ports.ts';

type Listener = Awaited<ReturnType<typeof listen>>;

/** The published ports that this process holds open, by address: nobody else can take them while the container lives. */
export class HeldPorts {
  readonly #held = new Map<string, Listener>();

  /** @returns the port, chosen by the kernel when `port` was 0 @throws TsstepError port-in-use */
  async open(ip: string, port: number, protocol: 'tcp' | 'udp'): Promise<number> {
    const listener = await listen({ ip, port, protocol });
    this.#held.set(`${ip}:${port}/${protocol}`, listener);
    return listener.port;
  }

  async close(ip: string, port: number, protocol: 'tcp' | 'udp'): Promise<void> {
    const key = `${ip}:${port}/${protocol}`;
    await this.#held.get(key)?.close();
    this.#held.delete(key);
  }
}
