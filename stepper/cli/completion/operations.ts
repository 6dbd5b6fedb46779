/** The operations that a run would have, for the flags typed so far. */
import type { Command } from 'commander';
import { readHostFacts } from '../../../core/host/facts.ts';
import { nextLease } from '../../../core/network/leases.ts';
import { candidates as subnets } from '../../../core/network/subnet.ts';
import { type ExecFlags, parseExec } from '../../../core/spec/exec.ts';
import { parseSpec } from '../../../core/spec/parse.ts';
import { MachineLooks } from '../../plan/looks.ts';
import { type Plan, walk } from '../../plan/walk.ts';
import type { RunFlags } from '../run-flags.ts';
import type { Candidate } from './candidates.ts';

/**
 * Asks neither `ip` nor `nft`: they take time, and `nft` makes the kernel load a module. Only addresses depend on what they say, and
 * whether another firewall has to be told.
 */
class QuickLooks extends MachineLooks {
  override async lease(network: string) {
    return await Promise.resolve({ lease: nextLease(network, subnets[0] ?? '', []), read: false });
  }

  override async image(reference: string) {
    return await super.image(reference).catch(() => ({ absent: 'builtin' as const }));
  }
}

/** `end` follows each name. There are none where a run would refuse the flags: it will say so, with its reason. */
export async function operationsOf(
  command: Command,
  typed: readonly string[],
  stage: string,
  end: string,
): Promise<Candidate[]> {
  try {
    const { stages } = await planned(command, typed);
    const operations = stages.find((each) => each.stage === stage)?.operations ?? [];
    return operations.map(({ operation: { name, why } }) => [`${stage}:${name}${end}`, why]);
  } catch {
    return [];
  }
}

const anyContainer = { id: '', env: {}, cwd: '/', user: '' };

async function planned(command: Command, typed: readonly string[]): Promise<Plan> {
  command.configureOutput({ writeErr: () => undefined }).parseOptions([...typed]);
  // The image comes behind the flags. Only the stages that look for it and unpack it depend on which it is.
  const spec =
    command.name() === 'exec'
      ? parseExec(
          command.opts<ExecFlags>(),
          { ...anyContainer, spec: parseSpec({}, 'lab', [], {}) },
          [],
          process.env,
        )
      : parseSpec(command.opts<RunFlags>(), 'lab', [], process.env);
  const host = readHostFacts(process.env, { network: 'none' });
  const known = { host, run: 'plan', supervisor: { pid: process.pid, startTime: '0' } };
  return await walk(spec, known, new QuickLooks(host));
}
