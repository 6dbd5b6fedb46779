/** Staying with a container: this process is its supervisor until it ends, or until the person leaves it alone. */
import type { ProcessId } from '../../core/known.ts';
import type { Exit } from '../../core/machine.ts';
import type { ContainerConfig } from '../../core/store/config.ts';
import { keepHealth } from '../../core/supervisor/keep-health.ts';
import { Keeper } from '../../core/supervisor/keeper.ts';
import { type AttachOptions, attach } from '../attach.ts';
import { printable } from '../printable.ts';
import { handOver, loggingOf } from './hand-over.ts';
import { healthOrder } from './health-order.ts';

type StayOptions = Omit<AttachOptions, 'keeper' | 'signals'> & {
  detachKeys: Buffer;
  /** Everything listens: its first instruction may come. */
  begin(): void;
};

/** How it ended, or who has it now. */
type Stay = { exit: Exit } | { supervisor: ProcessId };

export async function stayWith(root: string, config: ContainerConfig, options: StayOptions): Promise<Stay> {
  const { container, begin } = options;
  const { id } = config;
  const keeper = new Keeper({
    ...{ root, id, streams: container.streams, logging: loggingOf(config), stdinOnce: true },
    say: (line) => void process.stderr.write(`tsstep: ${printable(line)}\n`),
  });
  await keeper.listen();
  const order = healthOrder(config);
  const health = order && keepHealth(root, id, order);
  begin();
  const exit = await attach({ ...options, keeper }).finally(() => health?.stop());
  if (!exit) return { supervisor: await keeper.handOver(() => handOver(root, config, container)) };
  await keeper.close(exit);
  return { exit };
}
