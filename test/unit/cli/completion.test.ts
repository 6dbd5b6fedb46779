import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { startTimeOf } from '../../../core/kernel/proc.ts';
import { containerFiles } from '../../../core/paths.ts';
import { stageNames } from '../../../core/stage.ts';
import { candidates } from '../../../stepper/cli/completion/candidates.ts';
import { declareProgram } from '../../../stepper/cli/program.ts';

const program = (): Command => declareProgram(() => undefined);

/** The words that fit behind `line`. */
async function fitting(...words: string[]): Promise<readonly string[] | 'files'> {
  const found = await candidates(program(), words);
  return found === 'files' ? found : found.map(([word]) => word);
}

const directory = mkdtempSync(join(tmpdir(), 'tsstep-completion-'));
const root = join(directory, 'root');
const web = `3fa9${'0'.repeat(60)}`;
const db = `3fb8${'0'.repeat(60)}`;

function storeImages(...names: string[]): void {
  const manifests = names.map((name) => ({
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    digest: `sha256:${'a'.repeat(64)}`,
    size: 1,
    annotations: { 'io.containerd.image.name': name },
  }));
  mkdirSync(join(root, 'images'), { recursive: true });
  writeFileSync(join(root, 'images/index.json'), JSON.stringify({ schemaVersion: 2, manifests }));
}

beforeAll(() => {
  storeImages('docker.io/library/nginx:1.27', 'docker.io/library/lab:latest', 'ghcr.io/owner/app:v1');
  const auths = { 'ghcr.io': {}, 'localhost:5000': {}, 'https://index.docker.io/v1/': {} };
  writeFileSync(join(directory, 'config.json'), JSON.stringify({ auths }));
  mkdirSync(join(root, 'names'));
  for (const [name, id] of Object.entries({ web, db })) {
    mkdirSync(join(root, 'containers', id), { recursive: true });
    symlinkSync(id, join(root, 'names', name));
  }
});
afterAll(() => rmSync(directory, { recursive: true }));
beforeEach(() => {
  vi.stubEnv('DOCKER_CONFIG', directory);
  vi.stubEnv('TSSTEP_ROOT', root);
});

describe('completion', () => {
  it.each<[words: string[], fit: readonly string[] | 'files']>([
    // commands
    [['r'], ['run', 'restart', 'rename', 'rm', 'rmi']],
    [
      ['container', 'p'],
      ['pause', 'port', 'prune'],
    ],
    [
      ['plan', ''],
      ['run', 'exec', 'help'],
    ],
    [
      ['help', 'i'],
      ['inspect', 'image', 'images', 'import'],
    ],
    [['help', 'run', ''], []],
    [['nonsense', ''], []],
    [['ps', ''], []],
    [['__'], []],
    // options
    [['--v'], ['--version']],
    [['run', '--un'], ['--until']],
    // --rm is the value of -v here
    [['run', '-v', '--rm', '--un'], ['--until']],
    [['run', '-it', '--un'], ['--until']],
    [['run', '-h'], ['-h']],
    [
      ['run', '--net'],
      ['--network', '--network-alias'],
    ],
    [
      ['rm', 'db', '-'],
      ['--force', '--help', '--volumes', '-f', '-h', '-v'],
    ],
    [['rm', '--', '-'], []],
    [['plan', 'run', '--fo'], ['--format']],
    [['images', '--no'], ['--no-trunc']],
    // behind the image everything is the container's
    [['run', 'lab', '-'], 'files'],
    [['run', '--rm', 'lab', 'sh', '--un'], 'files'],
    [['plan', 'run', 'lab', ''], 'files'],
    // images
    [
      ['run', ''],
      ['nginx:1.27', 'lab:latest', 'ghcr.io/owner/app:v1'],
    ],
    [['run', '-itv', '/a:/b', '--name=x', 'n'], ['nginx:1.27']],
    [['run', '--', 'g'], ['ghcr.io/owner/app:v1']],
    [['plan', 'run', 'lab:'], ['lab:latest']],
    [['rmi', '-f', 'n'], ['nginx:1.27']],
    [['image', 'rm', 'lab', 'g'], ['ghcr.io/owner/app:v1']],
    [
      ['image', 'h'],
      ['history', 'help'],
    ],
    [['images', 'l'], ['lab:latest']],
    [['tag', 'lab', ''], []],
    [['inspect', 'n'], ['nginx:1.27']],
    [
      ['inspect', '--type', ''],
      ['container', 'image'],
    ],
    [['images', '--filter', 'd'], ['dangling=']],
    [
      ['image', 'prune', '--filter', 'l'],
      ['label=', 'label!='],
    ],
    [['image', 'sh'], ['show']],
    [['image', 'show', '--layer', '2', 'n'], ['nginx:1.27']],
    [['image', 'show', 'lab', '--file', ''], []],
    // registries
    [
      ['logout', ''],
      ['ghcr.io', 'localhost:5000'],
    ],
    [['login', 'l'], ['localhost:5000']],
    // containers
    [
      ['rm', ''],
      ['db', 'web'],
    ],
    [['rm', '-f', 'web', ''], ['db']],
    [
      ['inspect', '3f'],
      ['3fa900000000', '3fb800000000'],
    ],
    [['inspect', '3fa9000000000'], [web]],
    [['run', '--network', 'container:w'], ['container:web']],
    [['run', '--pid=h'], ['--pid=host']],
    // values
    [
      ['run', '--ui', ''],
      ['auto', 'plain', 'json', 'quiet'],
    ],
    [['run', '--ui=p'], ['--ui=plain']],
    [
      ['plan', 'run', '--format', ''],
      ['text', 'json', 'sh'],
    ],
    [
      ['completion', ''],
      ['bash', 'zsh', 'fish'],
    ],
    [['run', '--cap-drop', 'SYS_B'], ['SYS_BOOT']],
    [['run', '--memory', ''], []],
    [['run', '--name', ''], []],
    [['run', '--entrypoint', ''], []],
    // stages and their operations
    [['run', '--until', ''], stageNames],
    [['run', '--until', 'volumes:'], []],
    [
      ['run', '--break', 'e'],
      ['env', 'exec'],
    ],
    [
      ['run', '--break', 'vol'],
      ['volumes', 'volumes:'],
    ],
    [['run', '--break=volumes:pi'], ['--break=volumes:pivot']],
    [
      ['run', '--inject', 'e'],
      ['env:', 'exec:'],
    ],
    [['run', '--inject', 'volumes:pi'], ['volumes:pivot=']],
    [['run', '--inject', 'volumes:pivot=EPE'], ['volumes:pivot=EPERM']],
    [['run', '--break', 'nonsense:'], []],
    // files
    [['run', '-v', ''], 'files'],
    [['run', '--events=x'], 'files'],
    [['run', '--env-file', ''], 'files'],
    [['load', '-qi', ''], 'files'],
    [['import', ''], 'files'],
    [['import', 'rootfs.tar', ''], []],
    [['cp', ''], 'files'],
    [['cp', 'we'], ['web:']],
    [['cp', 'web:/etc/hosts', './'], 'files'],
    [['image', 'from-host', '--add', ''], 'files'],
    [
      ['volume', 'prune', '--filter', ''],
      ['label=', 'label!='],
    ],
    [['events', '-f', 'vol'], ['volume=']],
    [['run', '--volumes-from', 'w'], ['web']],
  ])('of %j offers %j', async (words, fit) => {
    expect(await fitting(...words)).toEqual(fit);
  });

  it('offers containers in the states in which a command can be done, and volumes', async () => {
    const supervisor = { pid: process.pid, startTime: startTimeOf(process.pid) };
    const states = { [web]: 'exited', [db]: 'running' };
    for (const [id, status] of Object.entries(states)) {
      const files = containerFiles(root, id);
      writeFileSync(files.config, JSON.stringify({ id, name: id === web ? 'web' : 'db', created: '' }));
      writeFileSync(files.state, JSON.stringify({ status, supervisor }));
    }
    for (const volume of ['cache', 'data'])
      mkdirSync(join(root, 'volumes', volume, '_data'), { recursive: true });
    expect(await fitting('pause', '')).toEqual(['db']);
    expect(await fitting('container', 'stats', '')).toEqual(['db']);
    expect(await fitting('unpause', '')).toEqual([]);
    expect(await fitting('rename', '')).toEqual(await fitting('rm', ''));
    expect(await fitting('container', 'inspect', '')).not.toContain('nginx:1.27');
    expect(await fitting('volume', 'rm', 'cache', '')).toEqual(['data']);
  });

  it('names the operations of the run that the flags ask for', async () => {
    expect(await fitting('run', '-v', '/srv:/data', '--break', 'volumes:bind-d')).toEqual([
      'volumes:bind-data',
    ]);
    expect(await fitting('run', '--break', 'network:v')).toEqual(['network:veth']);
    expect(await fitting('run', '--network', 'none', '--break', 'network:v')).toEqual([]);
    expect(await fitting('run', '--memory', 'much', '--break', 'network:v')).toEqual([]);
  });
});

describe('completion from a store', () => {
  it('that does not exist offers the built-in image, and makes no store', async () => {
    const nowhere = join(directory, 'nowhere');
    vi.stubEnv('TSSTEP_ROOT', nowhere);
    expect(await fitting('run', '')).toEqual(['lab:latest']);
    expect(await fitting('rm', '')).toEqual([]);
    expect(await fitting('run', '--break', 'volumes:pi')).toEqual(['volumes:pivot']);
    expect(existsSync(nowhere)).toBe(false);
  });

  it('that is damaged offers what it can', async () => {
    const damaged = join(directory, 'damaged');
    vi.stubEnv('TSSTEP_ROOT', damaged);
    mkdirSync(join(damaged, 'images'), { recursive: true });
    writeFileSync(join(damaged, 'images/index.json'), '{"schemaVersion"');
    writeFileSync(join(damaged, 'names'), '');
    expect(await fitting('run', '')).toEqual(['lab:latest']);
    expect(await fitting('rm', '')).toEqual([]);
  });
});
