/** When docker refuses to remove an image, and what goes when it does not (moby, daemon/images/image_delete.go). */
import { TsstepError } from '../../errors.ts';
import { hexOf } from '../digest.ts';
import type { Descriptor } from '../schema.ts';
import { storedName } from './layout.ts';
import { storedReference } from './names.ts';
import { type FoundImage, namedEntries, type StoredImage } from './stored.ts';

/** IDs of the containers that were made from an image. */
export interface Users {
  /** Also such as are being created. */
  running: readonly string[];
  stopped: readonly string[];
}

export interface Verdict {
  /** Entries that lose their name. */
  untagged: readonly Descriptor[];
  /** The image goes too; otherwise it stays, under other names or under none. */
  gone: boolean;
}

/** @throws TsstepError image-in-use */
export function judgeRemoval(found: FoundImage, users: Users, force: boolean): Verdict {
  const { text, image, entry } = found;
  return entry ? byName(image, entry, users, force, text) : byId(image, users, force);
}

/** A name goes unless it is the last one of an image in use; the image goes with its last name. */
function byName(image: StoredImage, entry: Descriptor, users: Users, force: boolean, text: string): Verdict {
  const named = namedEntries(image);
  const [user] = [...users.running, ...users.stopped];
  if (!force && user !== undefined && isOneName(named)) throw lastName(image, text, user);
  const left = named.filter((one) => one !== entry);
  const repository = repositoryOf(entry);
  // Without a tag, digests alone do not keep an image in its repository.
  const tagged = left.some((one) => repositoryOf(one) === repository && !isByDigest(one));
  const remaining =
    isByDigest(entry) || tagged ? left : left.filter((one) => repositoryOf(one) !== repository);
  const untagged = named.filter((one) => !remaining.includes(one));
  return { untagged, gone: remaining.length === 0 && users.running.length === 0 };
}

function byId(image: StoredImage, { running, stopped }: Users, force: boolean): Verdict {
  const untagged = namedEntries(image);
  if (running[0] !== undefined)
    throw conflict(
      image,
      'cannot be forced',
      `image is being used by running container ${short(running[0])}`,
      running[0],
    );
  if (!force && !isOneName(untagged))
    throw conflict(image, 'must be forced', 'image is referenced in multiple repositories');
  if (!force && stopped[0] !== undefined)
    throw conflict(
      image,
      'must be forced',
      `image is being used by stopped container ${short(stopped[0])}`,
      stopped[0],
    );
  return { untagged, gone: true };
}

/** One tag, and what was pulled by digest into the same repository. */
function isOneName(named: readonly Descriptor[]): boolean {
  const tags = named.filter((one) => !isByDigest(one));
  return tags.length <= 1 && new Set(named.map(repositoryOf)).size <= 1;
}

const isByDigest = (entry: Descriptor): boolean => (storedName(entry) ?? '').includes('@');

function repositoryOf(entry: Descriptor): string {
  const reference = storedReference(entry);
  return reference ? `${reference.host}/${reference.path}` : (storedName(entry) ?? '');
}

const short = (id: string): string => id.slice(0, 12);
const shortImage = ({ id }: StoredImage): string => hexOf(id).slice(0, 12);

function lastName(image: StoredImage, name: string, user: string): TsstepError {
  return inUse(
    `conflict: unable to remove repository reference "${name}" (must force)`,
    `container ${short(user)} is using its referenced image ${shortImage(image)}`,
    `tsstep rm ${short(user)}, then remove the image, or force: tsstep rmi -f ${name}`,
  );
}

/** @param container the user that stands in the way, if it is one */
function conflict(
  image: StoredImage,
  how: 'cannot be forced' | 'must be forced',
  why: string,
  container?: string,
): TsstepError {
  const first = container === undefined ? 'name what is to go' : `tsstep rm ${short(container)}`;
  return inUse(
    `conflict: unable to delete ${shortImage(image)} (${how})`,
    why,
    how === 'must be forced' ? `${first}, or force: tsstep rmi -f ${shortImage(image)}` : `${first} -f first`,
  );
}

function inUse(what: string, why: string, remedy: string): TsstepError {
  return new TsstepError({ code: 'image-in-use', what, why, remedy, exit: 1 });
}
