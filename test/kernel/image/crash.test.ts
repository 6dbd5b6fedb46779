/** Runs that want the same layer at the same time, and one that is killed while it unpacks. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { useContainers } from '../../support/containers.ts';
import { importRootfs } from '../../support/layout.ts';

const { sandbox } = useContainers();

const files = 4000;
const members = (seed: string) =>
  Array.from({ length: files }, (_, at) => ({ name: `many/${at}`, content: `${seed} ${at} `.repeat(500) }));

const layers = (folder = ''): string[] => {
  const path = join(sandbox.root, 'layers', folder);
  return existsSync(path) ? readdirSync(path) : [];
};
const partial = () => layers('partial').map((name) => join(sandbox.root, 'layers/partial', name));

describe('unpacking', () => {
  it('that was killed leaves no layer, and the next run unpacks it anew and clears up', async () => {
    await importRootfs(sandbox, 'killed', members('killed'));
    const before = layers();
    const killed = sandbox.startTsstep(['run', '--rm', 'killed', 'echo', 'hi']);
    const half = () => partial().some((at) => existsSync(join(at, 'many/100')));
    while (!half()) await sleep(2);
    killed.kill('SIGKILL');
    await killed.ended;
    expect(killed.stdout).toBe('');
    expect(layers().filter((name) => !before.includes(name) && !['partial', 'locks'].includes(name))).toEqual(
      [],
    );
    expect(partial()).toHaveLength(1);

    const count = ['run', '--rm', 'killed', 'sh', '-c', 'cd many; set -- *; echo $#'];
    expect(await sandbox.tsstep(count)).toMatchObject({ code: 0, stdout: `${files}\n` });
    expect([...partial(), ...layers('locks')]).toEqual([]);
    expect(await sandbox.tsstep(['clean'])).toMatchObject({ code: 0 });
    expect(await sandbox.tsstep(['doctor', '--leaks'])).toMatchObject({ code: 0 });
  });

  it('is done once, however many runs want the layer', async () => {
    await importRootfs(sandbox, 'shared', members('shared'));
    const runs = Array.from({ length: 3 }, () =>
      sandbox.startTsstep(['run', '--rm', 'shared', 'echo', 'hi'], { events: true }),
    );
    for (const one of runs) expect(await one.ended).toMatchObject({ code: 0, stdout: 'hi\n' });
    const unpacked = runs.flatMap(({ events }) =>
      events.flatMap((event) =>
        event.type === 'operation-ended' && event.ok && event.name === 'unpack-1'
          ? [(event.value as { files: number }).files]
          : [],
      ),
    );
    expect(unpacked.filter((count) => count > 0)).toHaveLength(1);
    expect([...partial(), ...layers('locks')]).toEqual([]);
  });
});
