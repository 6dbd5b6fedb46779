/** mount(2) has one entry for many deeds; mount(8) has a way of writing for each. */
import type { MountAttribute, MountFlag, OperationOf } from '../../core/operation.ts';
import { shellPath, word } from './words.ts';

const options: Readonly<Record<MountFlag, string | undefined>> = {
  MS_RDONLY: 'ro',
  MS_NOSUID: 'nosuid',
  MS_NODEV: 'nodev',
  MS_NOEXEC: 'noexec',
  MS_REMOUNT: 'remount',
  MS_STRICTATIME: 'strictatime',
  MS_RELATIME: 'relatime',
  MS_NOATIME: 'noatime',
  MS_BIND: undefined,
  MS_REC: undefined,
  MS_PRIVATE: undefined,
  MS_SLAVE: undefined,
  MS_SHARED: undefined,
};

const attributes: Readonly<Record<MountAttribute, string>> = {
  MOUNT_ATTR_RDONLY: 'ro',
  MOUNT_ATTR_NOSUID: 'nosuid',
  MOUNT_ATTR_NODEV: 'nodev',
  MOUNT_ATTR_NOEXEC: 'noexec',
};

export function mountLines(operation: OperationOf<'mount'>): string[] {
  const { target, root, create, cwd } = operation;
  const to = shellPath(root, target);
  const made = create === undefined ? [] : [missingTarget(operation, create, to)];
  const line = mountCommand(operation, to);
  // Lower directories are given relative to this one, so that many fit into a page of options.
  return [...made, cwd === undefined ? line : `(cd ${word(cwd)} && ${line})`];
}

function missingTarget(
  operation: OperationOf<'mount'>,
  create: NonNullable<OperationOf<'mount'>['create']>,
  to: string,
): string {
  const source = word(operation.source);
  if (create === 'directory') return `mkdir -p ${operation.keepMode ? '-m 1777 ' : ''}${to}`;
  if (create === 'file') return `touch ${to}`;
  return `test -d ${source} && mkdir -p ${to} || touch ${to}`;
}

function mountCommand(
  { source, sourceRoot, fstype, flags, data, keepMode }: OperationOf<'mount'>,
  to: string,
): string {
  const recursive = flags.includes('MS_REC') ? 'r' : '';
  const propagation = flags.find(
    (flag) => flag === 'MS_PRIVATE' || flag === 'MS_SLAVE' || flag === 'MS_SHARED',
  );
  if (propagation) return `mount --make-${recursive}${propagation.slice(3).toLowerCase()} ${to}`;
  const words = flags.flatMap((flag) => options[flag] ?? []);
  if (data) words.push(data);
  const mode = keepMode ? ` -o mode=$(stat -c %a ${to})` : '';
  const with_ = `${mode}${words.length > 0 ? ` -o ${word(words.join(','))}` : ''}`;
  const from = shellPath(sourceRoot, source);
  if (flags.includes('MS_BIND') && flags.includes('MS_REMOUNT'))
    return `mount -o ${word(['bind', ...words].join(','))} ${to}`;
  if (flags.includes('MS_BIND')) return `mount --${recursive}bind${with_} ${from} ${to}`;
  return `mount${fstype === undefined ? '' : ` -t ${word(fstype)}`}${with_} ${from} ${to}`;
}

/** `ro=recursive` is mount_setattr(2) with AT_RECURSIVE (mount(8), util-linux 2.39). */
export function setattrLine({
  path,
  root,
  attributes: set,
  recursive,
}: OperationOf<'mount_setattr'>): string {
  const words = set.map((each) => `${attributes[each]}${recursive ? '=recursive' : ''}`);
  return `mount -o ${['remount', 'bind', ...words].join(',')} ${shellPath(root, path)}`;
}
