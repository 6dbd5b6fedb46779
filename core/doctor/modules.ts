/** What can be done about a module of the kernel that is not loaded: modules.dep(5), modules.builtin. */
import { existsSync, readFileSync } from 'node:fs';
import { release } from 'node:os';
import { join } from 'node:path';
import { tolerating } from '../kernel/errno.ts';

interface ModuleFolder {
  release: string;
  /** Whether there is a folder for this kernel at all: in a container there is usually none. */
  there: boolean;
  /** What its lists of modules say, whole. */
  lists: string;
}

function readModuleFolder(): ModuleFolder {
  const at = join('/lib/modules', release());
  const lists = ['modules.dep', 'modules.builtin'].map(
    (name) => tolerating(['ENOENT', 'EACCES'], () => readFileSync(join(at, name), 'utf8')) ?? '',
  );
  return { release: release(), there: existsSync(at), lists: lists.join('\n') };
}

/** File names may have `-` for the `_` of a module's name, and an ending for how they are compressed. */
const has = ({ lists }: ModuleFolder, name: string): boolean =>
  new RegExp(`(^|/)${name.replaceAll('_', '[-_]')}\\.ko\\b`, 'm').test(lists);

/** @param place what is around this kernel, as core/doctor/platform says it: a container cannot load modules itself */
export function loading(
  names: readonly string[],
  inContainer: boolean,
  folder: ModuleFolder = readModuleFolder(),
): string {
  const command = `modprobe ${names.length > 1 ? '-a ' : ''}${names.join(' ')}`;
  if (inContainer) return `on the machine around this container: ${command}`;
  if (!folder.there)
    return `${command}; there are no modules for the running kernel in /lib/modules/${folder.release}: after an upgrade of the kernel, reboot`;
  const absent = names.filter((name) => !has(folder, name));
  if (absent.length === 0) return command;
  return `use another kernel: /lib/modules/${folder.release} has no ${absent.join(', ')}`;
}
