import { join } from 'node:path';
import { imageOf, type Known } from '../known.ts';
import type { Operation } from '../operation.ts';
import { containerFiles, names } from '../paths.ts';
import type { Spec } from '../spec/types.ts';
import type { Stage } from '../stage.ts';
import { containerConfig } from '../store/config.ts';
import type { ContainerState } from '../store/containers.ts';
import { hostnameOf, hostsFile, resolvConf } from '../store/identity-files.ts';

function identity(spec: Spec): Operation[] {
  return [
    {
      kind: 'getrandom',
      where: 'host',
      name: 'id',
      bytes: 32,
      why: 'The container’s ID: 32 random bytes, 64 hex digits. Nothing is derived from the image, so two runs never share one.',
      undo: 'nothing',
      saves: 'id',
    },
    {
      kind: 'choose-name',
      where: 'host',
      name: 'name',
      ...(spec.name !== undefined && { wanted: spec.name }),
      why:
        spec.name === undefined
          ? 'People remember names better than digits.'
          : 'The name that you asked for, if no other container has it.',
      undo: 'nothing',
      saves: 'name',
    },
    {
      kind: 'clock',
      where: 'host',
      name: 'created',
      why: 'The moment of creation, kept for ps and inspect.',
      undo: 'nothing',
      saves: 'created',
    },
  ];
}

function othersMounts({ volumesFrom = [] }: Spec): Operation[] {
  return volumesFrom.map(({ container, readOnly }, index) => ({
    kind: 'find-mounts',
    where: 'host',
    name: `mounts-from-${index + 1}`,
    reference: container,
    readOnly,
    why: `--volumes-from: what ${container} has mounted, running or not, this container gets at the same places.`,
    undo: 'nothing',
    saves: `volumesFrom.${index + 1}`,
  }));
}

/** A power cut must not leave half of what says which image the container needs. */
const lasting = { mode: 0o600, sync: true };

function newState(known: Known): string {
  const state: ContainerState = {
    status: 'creating',
    run: known.run,
    supervisor: known.supervisor,
  };
  return `${JSON.stringify(state, null, 2)}\n`;
}

function plan(spec: Spec, known: Known): Operation[] {
  const operations = [...identity(spec), ...othersMounts(spec)];
  const { id, name, created } = known;
  const image = imageOf(known);
  const areMountsKnown = spec.volumesFrom?.every((_, index) => known.volumesFrom?.[index + 1]) ?? true;
  if (!id || !name || !created || !image || !areMountsKnown) return operations;
  const files = containerFiles(known.host.root, id);
  const link = join(names(known.host.root), name);
  const file = (step: string, path: string, data: string, why: string) => ({
    kind: 'write-file' as const,
    where: 'host' as const,
    name: step,
    path,
    data,
    mode: 0o644,
    why,
    undo: { at: 'remove', do: { kind: 'remove-tree', path } } as const,
  });
  return [
    ...operations,
    {
      kind: 'symlink',
      where: 'host',
      name: 'reserve-name',
      target: id,
      path: link,
      why: 'A symlink is made or refused in one step, so two runs at once cannot both get the name.',
      undo: { at: 'remove', do: { kind: 'unlink', path: link, target: id } },
    },
    {
      kind: 'mkdir',
      where: 'host',
      name: 'directory',
      path: files.directory,
      mode: 0o710,
      why: 'Everything that belongs to this container alone is kept here, and goes when the directory goes.',
      undo: { at: 'remove', do: { kind: 'remove-tree', path: files.directory } },
    },
    {
      ...file(
        'config',
        files.config,
        containerConfig(spec, known, image),
        'Everything that was decided about the container, for inspect: image, command, environment, limits, mounts.',
      ),
      ...lasting,
      secret: true,
    },
    {
      ...file(
        'state',
        files.state,
        newState(known),
        'Its state so far: being created, by this process. ps reads it.',
      ),
      ...lasting,
    },
    file(
      'hostname',
      files.hostname,
      `${hostnameOf(spec, known)}\n`,
      'Becomes /etc/hostname in the container.',
    ),
    file(
      'hosts',
      files.hosts,
      hostsFile(spec, known),
      'Becomes /etc/hosts; the container’s own address is added when it has one.',
    ),
    file(
      'resolv.conf',
      files.resolvConf,
      resolvConf(spec, known),
      'Becomes /etc/resolv.conf: the host’s resolvers, without those on its loopback.',
    ),
  ];
}

export const metadata: Stage = {
  name: 'metadata',
  summary:
    'Give the container an ID, a name and a directory, and write down what it will be. Nothing of it runs yet.',
  plan,
};
