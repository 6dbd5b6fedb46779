/** `--tmpfs target[:options]`, the options being those of mount(8) and tmpfs(5). */
import type { MountFlag } from '../operation.ts';
import { parseTarget } from './target.ts';
import type { MountSpec } from './types.ts';
import { usageError } from './usage.ts';

type Tmpfs = Extract<MountSpec, { type: 'tmpfs' }>;

/** What a word does to the mount's flags. */
const words: Readonly<Record<string, { set?: MountFlag; clear?: MountFlag }>> = {
  ro: { set: 'MS_RDONLY' },
  rw: { clear: 'MS_RDONLY' },
  nosuid: { set: 'MS_NOSUID' },
  suid: { clear: 'MS_NOSUID' },
  nodev: { set: 'MS_NODEV' },
  dev: { clear: 'MS_NODEV' },
  noexec: { set: 'MS_NOEXEC' },
  exec: { clear: 'MS_NOEXEC' },
  noatime: { set: 'MS_NOATIME' },
  atime: { clear: 'MS_NOATIME' },
  relatime: { set: 'MS_RELATIME' },
  norelatime: { clear: 'MS_RELATIME' },
  strictatime: { set: 'MS_STRICTATIME' },
  nostrictatime: { clear: 'MS_STRICTATIME' },
  defaults: {},
};

/** Options with a value, tmpfs(5). */
const values: Readonly<Record<string, RegExp>> = {
  size: /^\d+[kmgtpe%]?$/i,
  mode: /^[0-7]{1,4}$/,
  uid: /^\d+$/,
  gid: /^\d+$/,
  nr_inodes: /^\d+[kmgtpe]?$/i,
  nr_blocks: /^\d+[kmgtpe]?$/i,
  mpol: /./,
};

export function parseTmpfs(text: string): Tmpfs {
  const colon = text.indexOf(':');
  const target = parseTarget('--tmpfs', text, colon < 0 ? text : text.slice(0, colon));
  const options = (colon < 0 ? '' : text.slice(colon + 1)).split(',').filter((option) => option !== '');
  let readOnly = false;
  const kept: string[] = [];
  for (const option of options) {
    checkOption(text, option);
    if (option === 'ro' || option === 'rw') readOnly = option === 'ro';
    else kept.push(option);
  }
  return { type: 'tmpfs', target, readOnly, options: kept.join(',') };
}

function checkOption(text: string, option: string): void {
  if (Object.hasOwn(words, option)) return;
  const remedy = 'write it like --tmpfs /run:rw,size=64m,mode=1777';
  const equals = option.indexOf('=');
  const key = equals < 0 ? option : option.slice(0, equals);
  const pattern = Object.hasOwn(values, key) ? values[key] : undefined;
  if (!pattern)
    throw usageError(
      '--tmpfs',
      text,
      `${JSON.stringify(option)} is not an option of a tmpfs that tsstep knows`,
      remedy,
    );
  if (equals < 0 || !pattern.test(option.slice(equals + 1))) {
    throw usageError('--tmpfs', text, `${JSON.stringify(option)} has no value that a tmpfs takes`, remedy);
  }
}

/** mount(2)'s flags and data for a tmpfs of the spec: docker's nosuid, nodev, noexec unless told otherwise; the last word counts. */
export function tmpfsMount(mount: Tmpfs): { flags: MountFlag[]; data: string } {
  const flags = new Set<MountFlag>(['MS_NOSUID', 'MS_NODEV', 'MS_NOEXEC']);
  const data = new Map<string, string>();
  for (const option of mount.options.split(',').filter((one) => one !== '')) {
    const word = Object.hasOwn(words, option) ? words[option] : undefined;
    if (word?.set) flags.add(word.set);
    if (word?.clear) flags.delete(word.clear);
    if (!word) data.set(option.slice(0, option.indexOf('=')), option);
  }
  if (mount.readOnly) flags.add('MS_RDONLY');
  return { flags: [...flags], data: [...data.values()].join(',') };
}
