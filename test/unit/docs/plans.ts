/** Plans of many runs on machines that do not exist: what operations there can be, and under which names. */
import type { Known } from '../../../core/known.ts';
import { endpointAt } from '../../../core/network/endpoint-state.ts';
import { nextLease } from '../../../core/network/leases.ts';
import type { Where } from '../../../core/operation.ts';
import type { RunFlags } from '../../../core/spec/flags.ts';
import { parseSpec } from '../../../core/spec/parse.ts';
import type { StageName } from '../../../core/stage.ts';
import { connecting, leaving, placeBeside } from '../../../core/stages/connect.ts';
import { image } from '../../../core/stages/image.ts';
import type { Looks } from '../../../stepper/plan/looks.ts';
import { walk } from '../../../stepper/plan/walk.ts';
import { emptyLooks } from '../../support/empty-looks.ts';
import { knownOf, v1, v2 } from '../../support/fixed-host.ts';
import { pullAnswers, pullLookup } from '../../support/pull-answers.ts';

/** An empty machine, but for one other container. */
const looks: Looks = {
  ...emptyLooks,
  container: () => ({ id: 'cd'.repeat(32), pid: 7, startTime: '1' }),
  mounts: () => [{ type: 'volume', source: 'theirs', target: '/theirs', readOnly: true, noCopy: true }],
  missing: (path) => path,
};

const runs: readonly RunFlags[] = [
  {},
  {
    tty: true,
    interactive: true,
    user: 'student',
    securityOpt: ['no-new-privileges'],
    ulimit: ['nofile=64:64'],
  },
  { network: ['none'], uts: 'host', ipc: 'host', pid: 'host' },
  { network: ['shop'], networkAlias: ['www'], ip: '172.30.1.9' },
  { network: ['container:web'], ipc: 'container:web', pid: 'container:web' },
  {
    publish: ['8080:80', '0:53/udp'],
    volume: ['/srv:/data:ro', 'named:/lab', '/anonymous'],
    volumesFrom: ['other:ro'],
    tmpfs: ['/scratch'],
    readOnly: true,
    init: true,
  },
  { memory: '64m', cpus: '0.5', cpuShares: '512', cpusetCpus: '0', pidsLimit: '20' },
];

/** Names of the operations that a stage can have, each with where it is performed. */
export async function plannedNames(stage: StageName): Promise<Map<string, Where>> {
  const names = stage === 'image' ? pulledNames() : new Map<string, Where>();
  if (stage === 'network') for (const [name, where] of changedNames()) names.set(name, where);
  for (const cgroups of [v1, v2]) {
    for (const flags of runs) {
      const spec = parseSpec(flags, 'lab', [], {}, { cpus: 2, directory: '/home/me' });
      const start = knownOf({ cgroups, forwardDropper: 'iptables-nft' });
      const plan = await walk(spec, start, looks);
      const { operations } = plan.stages.find((each) => each.stage === stage) ?? { operations: [] };
      for (const { operation } of operations) names.set(operation.name, operation.where);
    }
  }
  return names;
}

/** Those of a pull, which no plan can foresee: with one endpoint, and with a mirror before it that is down. */
function pulledNames(): Map<string, Where> {
  const spec = parseSpec({}, 'ubuntu', [], {}, { cpus: 2, directory: '/home/me' });
  const alone = { ...pullLookup.from, endpoints: pullLookup.from.endpoints.slice(1) };
  const renamed = Object.entries(pullAnswers).map(([name, answer]) => [name.replace(/-2$/, ''), answer]);
  const pulls: Partial<Known>[] = [
    { lookup: pullLookup, answers: pullAnswers },
    { lookup: { ...pullLookup, from: alone }, answers: Object.fromEntries(renamed) },
  ];
  return new Map(
    pulls.flatMap((known) =>
      image.plan(spec, { ...knownOf(), ...known }).map(({ name, where }) => [name, where] as const),
    ),
  );
}

/** Those of connecting a running container to a network, and of disconnecting it. */
function changedNames(): [string, Where][] {
  const spec = parseSpec({ publish: ['8080:80'] }, 'lab', [], {}, { cpus: 2, directory: '/home/me' });
  const known: Known = {
    ...knownOf({ forwardDropper: 'iptables-nft' }),
    id: 'ab'.repeat(32),
    init: { pid: 7, startTime: '1' },
    networks: { shop: looks.network('shop') },
    lease: nextLease('ts-cdcdcdcdcdcd', '172.30.1.0/24', []),
    ports: { '0.0.0.0:80/tcp': 8080 },
  };
  const endpoint = { network: 'shop' };
  const there = Object.fromEntries(endpointAt('/state', 'ab'.repeat(32), placeBeside(endpoint, {}, known)));
  return [connecting(endpoint, {}), leaving('shop', there, known.host, 7)].flatMap(({ plan }) =>
    plan(spec, known).map(({ name, where }): [string, Where] => [name, where]),
  );
}
