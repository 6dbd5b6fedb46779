/** A corner of every cgroup hierarchy for one sandbox, which sees it as the root of all. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

interface Hierarchy {
  mount: string;
  /** What mount(8) needs to mount it once more. */
  type: 'cgroup' | 'cgroup2';
  options: string;
}

const optionWords = new Set([
  'rw',
  'ro',
  'nsdelegate',
  'memory_recursiveprot',
  'xattr',
  'favordynmods',
  'none',
]);

function hierarchies(): Hierarchy[] {
  return readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .flatMap((line): Hierarchy[] => {
      const [before = '', after = ''] = line.split(' - ');
      const [type = '', , superOptions = ''] = after.split(' ');
      const mount = before.split(' ')[4] ?? '';
      if (type !== 'cgroup' && type !== 'cgroup2') return [];
      const words = superOptions
        .split(',')
        .filter((word) => !optionWords.has(word) && !word.startsWith('release_agent'));
      const named = words.some((word) => word.startsWith('name='));
      return [
        {
          mount,
          type,
          options: type === 'cgroup2' ? 'rw' : [...(named ? ['none'] : []), ...words].join(','),
        },
      ];
    });
}

export class CgroupCorner {
  readonly #name: string;
  readonly #hierarchies = hierarchies();

  constructor(name: string) {
    this.#name = name;
  }

  get #directories(): string[] {
    return this.#hierarchies.map(({ mount }) => join(mount, this.#name));
  }

  /** Shell: the process moves to where a namespace made now has its root. */
  get enterRoot(): string {
    return moves(this.#directories);
  }

  /** Shell: the process moves to where processes are. With v2 only leaves hold any, so it is a directory further down. */
  get enter(): string {
    return moves(this.#directories.map((directory) => join(directory, 'processes')));
  }

  /** Shell, in a new cgroup namespace: mount every hierarchy again, with this corner as its root, and leave that root. */
  get remount(): string {
    const mounts = this.#hierarchies.map(
      ({ mount, type, options }) => `umount ${mount}; mount -t ${type} -o ${options} cgroup ${mount}`,
    );
    return [...mounts, moves(this.#hierarchies.map(({ mount }) => join(mount, 'processes')))].join('\n');
  }

  make(): void {
    for (const { mount, type } of this.#hierarchies) {
      const at = join(mount, this.#name);
      if (type === 'cgroup2') handDown(mount);
      mkdirSync(at);
      inheritCpuset(mount, at);
      mkdirSync(join(at, 'processes'));
      inheritCpuset(at, join(at, 'processes'));
    }
  }

  /** Directories below, relative to each hierarchy, without the sandbox's own. */
  groups(): string[] {
    return this.#hierarchies.flatMap(({ mount }) =>
      below(join(mount, this.#name))
        .filter((path) => path !== 'processes')
        .map((path) => `${mount}: ${path}`),
    );
  }

  /** Every process in any hierarchy of this corner. */
  processes(): number[] {
    const pids = this.#directories
      .flatMap((directory) => ['', ...below(directory)].map((path) => join(directory, path)))
      .flatMap(pidsIn);
    return [...new Set(pids)].filter((pid) => pid > 0);
  }

  /** Once no process is left; the kernel may need a moment more to know that (EBUSY). */
  async remove(): Promise<void> {
    for (const directory of this.#directories) {
      for (const path of [...below(directory).reverse(), '.']) await removeGroup(join(directory, path));
    }
  }
}

async function removeGroup(directory: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return rmdirSync(directory);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EBUSY' || attempt === 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

const moves = (directories: readonly string[]): string =>
  directories.map((directory) => `echo $$ > ${directory}/cgroup.procs`).join('\n');

function handDown(mount: string): void {
  const controllers = readFileSync(join(mount, 'cgroup.controllers'), 'utf8').trim();
  if (controllers === '') return;
  writeFileSync(join(mount, 'cgroup.subtree_control'), controllers.replace(/(^| )/g, '$1+'));
}

/** A new v1 cpuset is empty, and nobody can join it (cpusets.rst). */
function inheritCpuset(from: string, to: string): void {
  for (const file of ['cpuset.cpus', 'cpuset.mems']) {
    if (!existsSync(join(to, 'cpuset.effective_cpus'))) return;
    writeFileSync(join(to, file), readFileSync(join(from, file)));
  }
}

function below(directory: string, prefix = ''): string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => [join(prefix, name), ...below(join(directory, name), join(prefix, name))]);
}

function pidsIn(directory: string): number[] {
  try {
    return readFileSync(join(directory, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}
