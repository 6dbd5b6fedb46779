import { Docker } from '../support/docker.ts';
import { Sandbox } from '../support/sandbox.ts';
import { docker, podman, runc, tsstep } from './contestants.ts';
import { machine } from './machine.ts';
import { memory } from './memory.ts';
import { observation } from './observation.ts';
import { race } from './race.ts';

export async function bench(rounds: number): Promise<number> {
  if (process.getuid?.() !== 0) {
    console.error('npm run bench needs root: it makes containers');
    return 1;
  }
  const sandbox = new Sandbox();
  const daemon = new Docker();
  try {
    await sandbox.open();
    await sandbox.tsstep(['run', '--rm', 'lab', 'true']);
    const contestants = [
      ...tsstep(sandbox),
      await docker(sandbox, daemon),
      await podman(sandbox),
      await runc(sandbox),
    ];
    const sections = [
      await machine(),
      await race(contestants, rounds),
      await observation(sandbox),
      await memory(sandbox),
    ];
    console.log(sections.join('\n\n'));
    return 0;
  } finally {
    await daemon.sandbox.close();
    await sandbox.close();
  }
}
