/** Published ports, called from everywhere: outside, the host, its loopback, a neighbour, the container itself. */
import { describe, expect, it } from 'vitest';
import { useContainers } from '../support/containers.ts';
import { addressOf, gatewayOf } from '../support/links.ts';
import { useOutside } from '../support/outside.ts';
import { ask, serve } from '../support/talk.ts';

const { sandbox, start, run, background } = useContainers();
const outside = useOutside(sandbox);

const listening = async (pid: number | undefined, protocol: 'tcp' | 'udp', port: number) =>
  background(await serve(sandbox, pid, protocol, port));

describe('a published port', () => {
  it.for(['tcp', 'udp'] as const)(
    'is reached by %s from outside, the host, its loopback, a neighbour through the host, and the container itself',
    async (protocol) => {
      const container = await start(`-p 8080:80/${protocol}`);
      const neighbour = await start();
      await listening(container.pid, protocol, 80);
      const gateway = await gatewayOf(sandbox);
      expect(await ask(sandbox, outside.pid, protocol, outside.host, 8080), 'from outside').toBe(
        outside.address,
      );
      for (const address of [outside.host, '127.0.0.1', gateway])
        expect(await ask(sandbox, undefined, protocol, address, 8080), address).toMatch(
          /^\d+\.\d+\.\d+\.\d+$/,
        );
      for (const { pid } of [neighbour, container])
        expect(await ask(sandbox, pid, protocol, outside.host, 8080), String(pid)).toMatch(
          /^\d+\.\d+\.\d+\.\d+$/,
        );
      // The neighbour at the next door is itself, translated or not; a stranger is not.
      expect(await ask(sandbox, neighbour.pid, protocol, await addressOf(container), 80)).toBe(
        await addressOf(neighbour),
      );
    },
  );

  it('on 127.0.0.1 is not reached from outside, and on one address not at another', async () => {
    const container = await start('-p 127.0.0.1:8081:80 -p 203.0.113.1:8082:80');
    await listening(container.pid, 'tcp', 80);
    expect(await ask(sandbox, undefined, 'tcp', '127.0.0.1', 8081)).toMatch(/^\d/);
    expect(await ask(sandbox, outside.pid, 'tcp', outside.host, 8081)).toBe('ECONNREFUSED');
    expect(await ask(sandbox, outside.pid, 'tcp', outside.host, 8082)).toBe(outside.address);
    expect(await ask(sandbox, undefined, 'tcp', '127.0.0.1', 8082)).toBe('ECONNREFUSED');
  });

  it('0 is any free one, held for the container: another run cannot have it', async () => {
    await start('-p 127.0.0.1:0:80');
    const [port] = /(?<=127\.0\.0\.1:)\d+/.exec(await sandbox.sh('ss -Hltn')) ?? [];
    expect(Number(port)).toBeGreaterThan(1023);
    const { code, stderr } = await run(`-p ${port}:80 lab true`);
    expect({ code, stderr }).toEqual({ code: 125, stderr: expect.stringContaining(`0.0.0.0:${port}/tcp`) });
  });

  it('that a process of the host has is refused with 125 and that process’s name', async () => {
    await listening(undefined, 'tcp', 8083);
    const { code, stderr } = await run('-p 8083:80 lab true');
    expect(code).toBe(125);
    expect(stderr).toMatch(
      /cannot publish on 0\.0\.0\.0:8083\/tcp\n.*at: +network:.*\n.*why: +"node", process \d+.*\n.*remedy: /,
    );
    await listening(undefined, 'udp', 8084);
    expect((await run('-p 8084:80/udp lab true')).code).toBe(125);
    expect((await run('-p 8084:80/tcp lab true')).code).toBe(0);
  });
});
