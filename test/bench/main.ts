import { existsSync, readdirSync } from 'node:fs';
import { removeCgroups } from '../../core/cgroup/remove.ts';
import { Docker } from '../support/docker.ts';
import { Sandbox } from '../support/sandbox.ts';
import { docker, podman, runc, tsstep, tsstepBesideAnother } from './contestants.ts';
import { machine } from './machine.ts';
import { memory } from './memory.ts';
import { observation } from './observation.ts';
import { pulls } from './pulls.ts';
import { race } from './race.ts';
import { supervisors } from './supervisors.ts';

export async function bench(rounds: number): Promise<number> {
  if (process.getuid?.() !== 0) {
    console.error('npm run bench needs root: it makes containers');
    return 1;
  }
  // A proxy's certificates, say, cost Node 40 ms at every start; no other contestant would pay for them.
  delete process.env.NODE_EXTRA_CA_CERTS;
  const podmans = podmanGroups();
  const sandbox = new Sandbox();
  const neighbour = new Sandbox();
  const pulling = new Sandbox();
  const daemon = new Docker();
  try {
    await sandbox.open();
    await neighbour.open();
    await pulling.open();
    await sandbox.tsstep(['run', '--rm', 'lab', 'true']);
    const contestants = [
      ...tsstep(sandbox),
      await tsstepBesideAnother(neighbour),
      await docker(sandbox, daemon),
      await podman(sandbox),
      await runc(sandbox),
    ];
    const sections = [
      await machine(),
      await race('A container of `lab` that runs `true`', contestants, rounds),
      await pulls(pulling, rounds),
      await observation(sandbox),
      await memory(sandbox),
      await supervisors(sandbox, daemon),
    ];
    console.log(sections.join('\n\n'));
    return 0;
  } finally {
    await daemon.sandbox.close();
    await neighbour.close();
    await pulling.close();
    await sandbox.close();
    await removeCgroups(podmanGroups().filter((path) => !podmans.includes(path)));
  }
}

/** podman makes its parent groups at the top of each hierarchy, outside the sandbox, and leaves them. */
function podmanGroups(): string[] {
  const hierarchies = readdirSync('/sys/fs/cgroup', { withFileTypes: true }).filter((entry) =>
    entry.isDirectory(),
  );
  return hierarchies
    .flatMap(({ name }) => [
      `/sys/fs/cgroup/${name}/libpod_parent/conmon`,
      `/sys/fs/cgroup/${name}/libpod_parent`,
    ])
    .filter((path) => existsSync(path));
}
