/** mount(2) in the words of mount(8), in the container's root filesystem or on the host. */
import type { MountFlag, OperationOf } from '../../../core/operation.ts';
import type { Writer } from './writer.ts';

const options: Partial<Record<MountFlag, string>> = {
  MS_RDONLY: 'ro',
  MS_NOSUID: 'nosuid',
  MS_NODEV: 'nodev',
  MS_NOEXEC: 'noexec',
  MS_STRICTATIME: 'strictatime',
  MS_RELATIME: 'relatime',
  MS_NOATIME: 'noatime',
};

const propagations: readonly MountFlag[] = ['MS_PRIVATE', 'MS_SLAVE', 'MS_SHARED'];

/** @param mode a variable that holds the mode of a tmpfs */
function command(
  { source, sourceRoot, fstype, flags, data }: OperationOf<'mount'>,
  target: string,
  writer: Writer,
  mode?: string,
): string {
  const recursive = flags.includes('MS_REC') ? 'r' : '';
  const propagation = flags.find((flag) => propagations.includes(flag));
  if (propagation) return `mount --make-${recursive}${propagation.slice(3).toLowerCase()} ${target}`;
  const words = [...flags.flatMap((flag) => options[flag] ?? []), ...(data ? [data] : [])];
  const list = (all: readonly string[]) => (all.length > 0 ? ` -o ${writer.word(all.join(','))}` : '');
  if (flags.includes('MS_REMOUNT')) return `mount${list(['remount', 'bind', ...words])} ${target}`;
  const from = writer.at(sourceRoot, source);
  if (flags.includes('MS_BIND')) return `mount --${recursive}bind${list(words)} ${from} ${target}`;
  const kept = mode === undefined ? '' : ` -o "mode=$${mode}"`;
  return `mount${fstype === undefined ? '' : ` -t ${fstype}`}${kept}${list(words)} ${from} ${target}`;
}

function makeTarget(
  { create, source, sourceRoot }: OperationOf<'mount'>,
  target: string,
  writer: Writer,
): string[] {
  if (create === undefined) return [];
  if (create === 'like-source') return [`make_like ${writer.at(sourceRoot, source)} ${target}`];
  return [create === 'directory' ? `make_directory ${target}` : `touch ${target}`];
}

export function mountLines(operation: OperationOf<'mount'>, writer: Writer): string[] {
  const target = writer.at(operation.root, operation.target);
  const mode = operation.keepMode ? writer.variable('MODE') : undefined;
  const mount = command(operation, target, writer, mode);
  if (operation.where === 'init') {
    const before = mode ? [`${mode}=$(stat -c %a ${target} 2>/dev/null) || ${mode}=1777`] : [];
    return [...before, ...[...makeTarget(operation, target, writer), mount].map((line) => `init ${line}`)];
  }
  return [operation.cwd === undefined ? mount : `(cd ${writer.word(operation.cwd)} && ${mount})`];
}

export function setattrLines(
  { root, path, recursive }: OperationOf<'mount_setattr'>,
  writer: Writer,
): string[] {
  const at = writer.at(root, path);
  return [recursive ? `init read_only ${at}` : `init mount -o remount,bind,ro ${at}`];
}
