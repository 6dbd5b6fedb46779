/** What a run looks up inside the container, looked up in the image's layers as far as they can be read. */
import { lstatSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { ImageLayer, ResolvedImage } from '../../core/image/types.ts';
import { errnoOf } from '../../core/kernel/errno.ts';
import type { ResolvedUser } from '../../core/known.ts';
import type { OperationOf } from '../../core/operation.ts';
import { idInRange, parseId } from '../../core/spec/user-string.ts';
import { resolveUser } from '../../core/spec/users.ts';
import { builtinText, isPredicted } from './builtin.ts';
import { placeholders } from './placeholders.ts';
import type { Prediction } from './predict.ts';

const gone = ['ENOENT', 'ENOTDIR'];

type Found = { layer: ImageLayer; path: string } | 'absent' | 'unknown';

/** Which layer's copy of a file would be seen: the uppermost one's, unless a whiteout lies above it. */
function find(image: ResolvedImage, path: string): Found {
  for (const layer of [...image.layers].reverse()) {
    if (!layer.unpacked) return 'unknown';
    const at = join(layer.directory, path);
    try {
      const stat = lstatSync(at);
      return stat.isCharacterDevice() && stat.rdev === 0 ? 'absent' : { layer, path: at };
    } catch (error) {
      if (!gone.includes(errnoOf(error) ?? '')) return 'unknown';
    }
  }
  return 'absent';
}

/** A file of the image as text; undefined where that cannot be told. */
function textOf(image: ResolvedImage, path: string): string | undefined {
  if (isPredicted(image)) return builtinText(path) ?? '';
  const found = find(image, path);
  if (found === 'absent') return '';
  if (found === 'unknown' || !lstatSync(found.path).isFile()) return undefined;
  return readFileSync(found.path, 'utf8');
}

const numeric = (text: string): boolean => idInRange(text) && parseId(text) !== undefined;

/** A name is a placeholder when the image's passwd cannot be read; a number stays what it is. @throws TsstepError no-such-user */
export function predictUser(
  user: string,
  groups: readonly string[],
  image: ResolvedImage | undefined,
): Prediction {
  const passwd = image && textOf(image, '/etc/passwd');
  const group = image && textOf(image, '/etc/group');
  if (passwd !== undefined && group !== undefined) {
    const value = resolveUser(user, groups, passwd, group);
    return {
      value,
      sure: true,
      note: `uid ${value.uid}, gid ${value.gid}, home ${value.home}: from the image’s passwd`,
    };
  }
  const [name = '', groupName = ''] = user.split(':');
  const uid = name === '' ? 0 : numeric(name) ? Number(name) : placeholders.USER_ID;
  const gid =
    groupName === ''
      ? uid === 0
        ? 0
        : placeholders.GROUP_ID
      : numeric(groupName)
        ? Number(groupName)
        : placeholders.GROUP_ID;
  const value: ResolvedUser = {
    uid,
    gid,
    groups: [gid, ...groups.filter(numeric).map(Number)],
    home: uid === 0 ? '/root' : '/',
  };
  return {
    value,
    sure: false,
    note: 'the image’s passwd and group, which are not unpacked yet, say what is right',
  };
}

/** @throws nothing: a command that is not there is the run's to report */
export function predictCommand(
  { file, path, cwd }: OperationOf<'lookup-executable'>,
  image: ResolvedImage | undefined,
): Prediction {
  if (file.includes('/')) return { value: resolve(cwd, file), sure: false, note: 'if the container has it' };
  const candidates = path.split(':').map((directory) => join(directory || '.', file));
  const here =
    image && !isPredicted(image) ? candidates.find((one) => typeof find(image, one) === 'object') : undefined;
  if (here) return { value: here, sure: true, note: `${here}, in the image` };
  return { value: `/bin/${file}`, sure: false, note: `/bin/${file} stands for where PATH has it` };
}
