/** What runs make below the state directories: leases, holds on shared things, names, directories, half-made files. */
import { existsSync, readdirSync, readlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { tolerating } from '../../kernel/errno.ts';
import type { Places } from '../../known.ts';
import { containerFiles, containers, layers, members, names, shares } from '../../paths.ts';
import type { Found } from './found.ts';

/** Entries of a directory; none where it does not exist or may not be read. */
const entries = (path: string): string[] =>
  tolerating(['ENOENT', 'ENOTDIR', 'EACCES'], () => readdirSync(path)) ?? [];

const CLEAN = 'tsstep clean';

export function leases({ run }: Places): Found[] {
  const networks = entries(join(run, 'leases'));
  return networks.flatMap((network) =>
    entries(join(run, 'leases', network)).map((file) => {
      const path = join(run, 'leases', network, file);
      // A dotfile is half a lease: its tsstep was killed between writing and renaming.
      return { what: `lease ${path}`, path, owner: { container: file.replace(/^\./, '') }, remedy: CLEAN };
    }),
  );
}

/** Names that a container has in a network. */
export function memberships({ run }: Places): Found[] {
  return entries(members(run)).flatMap((network) =>
    entries(join(members(run), network)).map((file) => {
      const path = join(members(run), network, file);
      return { what: `names ${path}`, path, owner: { container: file.replace(/^\./, '') }, remedy: CLEAN };
    }),
  );
}

/** Each shared thing's directory: those of this network namespace, and the machine's. */
const shareDirectories = ({ run, cgroupRun }: Places): string[] =>
  [...new Set([run, cgroupRun])].flatMap((at) => entries(shares(at)).map((name) => join(shares(at), name)));

/** Shared things that one of these containers holds. */
export function heldBy(places: Places, holders: ReadonlySet<string>): string[] {
  const held = (at: string) => entries(join(at, 'holders')).some((one) => holders.has(one));
  return shareDirectories(places)
    .filter(held)
    .map((at) => basename(at));
}

/** Each container that holds a shared thing. What it has saved, like ip_forward's old value, goes with the last one. */
export function holds(places: Places): Found[] {
  return shareDirectories(places).flatMap((directory): Found[] => {
    const at = join(directory, 'holders');
    const holders = entries(at);
    // Killed after the directory was made, or before it was removed: nothing is shared at either moment.
    if (holders.length === 0)
      return [{ what: `share ${at}, of none`, path: at, owner: 'nobody', remedy: CLEAN }];
    return holders.map((holder) => {
      const path = join(at, holder);
      return { what: `share ${path}`, path, owner: { container: holder }, remedy: CLEAN };
    });
  });
}

export function nameLinks({ root }: Places): Found[] {
  return entries(names(root)).flatMap((name): Found[] => {
    const path = join(names(root), name);
    const id = tolerating(['ENOENT', 'EINVAL'], () => readlinkSync(path));
    if (id !== undefined && existsSync(containerFiles(root, id).directory)) return [];
    const owner = id === undefined ? 'nobody' : { container: id };
    return [{ what: `name ${path}, of no container`, path, owner, remedy: CLEAN }];
  });
}

/** `journalled`: the containers whose run's journal is there; one without it cannot be taken back step by step. */
export function directories({ root }: Places, journalled: ReadonlySet<string>): Found[] {
  return entries(containers(root))
    .filter((id) => !journalled.has(id))
    .map((id) => {
      const what = `directory ${containerFiles(root, id).directory}, of no run`;
      return { what, owner: { container: id }, remedy: `tsstep rm ${id}` };
    });
}

/** Layers that were being unpacked: `<run>-<link>`. */
export function partialLayers({ root }: Places): Found[] {
  const at = join(layers(root), 'partial');
  return entries(at).map((name) => {
    const owner = { run: name.slice(0, name.lastIndexOf('-')) };
    return { what: `partial layer ${join(at, name)}`, path: join(at, name), owner, remedy: CLEAN };
  });
}

/** Images that were being written: the name begins with the pid of who did. */
export function partialImages({ root }: Places): Found[] {
  const at = join(root, 'images/tmp');
  return entries(at).map((name) => {
    const owner = { process: Number(name.split('-')[0]) };
    return { what: `partial image ${join(at, name)}`, path: join(at, name), owner, remedy: CLEAN };
  });
}
