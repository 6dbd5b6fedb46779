/** Runs that between them use every kind of operation there is: what the laws are tried on. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Sandbox } from './sandbox.ts';

/** What the flags refer to on the host; it is part of the state before. */
export function prepare({ directory, root }: Sandbox): void {
  mkdirSync(join(directory, 'shared'), { recursive: true });
  mkdirSync(join(root, 'volumes'), { recursive: true, mode: 0o701 });
}

const limits = '-m 64m --cpus 0.5 --cpu-shares 512 --cpuset-cpus 0 --pids-limit 50';
const mounts = (shared: string): string =>
  `-v data:/lab/notes -v /cache -v ${shared}/missing:/srv/ro:ro --tmpfs /scratch`;

/** By name, the words behind `tsstep`. */
export const richRuns: Readonly<Record<string, (shared: string) => string>> = {
  'limits, ports, volumes and a user': (shared) =>
    `run --rm --name rich ${limits} -p 127.0.0.1:0:80 -p 0:53/udp ${mounts(shared)} -u student:lab --group-add 33 --ulimit nofile=512 -e COLOUR=red lab sleep infinity`,
  'a terminal on a read-only root': (shared) =>
    `run --rm -t --init --read-only -w /work/here --network none --security-opt no-new-privileges --mount type=bind,source=${shared},target=/mnt lab sleep infinity`,
  'another container’s namespaces': () =>
    'run --rm --network container:peer --pid container:peer --ipc container:peer lab sleep infinity',
  'the host’s namespaces': () =>
    'run --rm --network host --pid host --ipc host --uts host lab sleep infinity',
};

export const wordsOf = (run: (shared: string) => string, { directory }: Sandbox): string[] =>
  run(join(directory, 'shared')).split(' ');
