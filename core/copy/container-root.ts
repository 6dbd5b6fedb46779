/**
 * A container's root filesystem, running or not, as `docker cp` sees it: the layers, the volumes, and the three files of /etc. What
 * is mounted for it is in a mount namespace that ends with this process, so that nothing has to be taken back.
 */
import { TsstepError } from '../errors.ts';
import { mountPoints } from '../host/mountinfo.ts';
import { imageByManifest, layerDirectories } from '../image/store/parent.ts';
import { tolerating } from '../kernel/errno.ts';
import { inRoot } from '../kernel/fs.ts';
import { mount, setMountAttributes } from '../kernel/mount.ts';
import { unshare } from '../kernel/namespace.ts';
import { type containerFiles, layers } from '../paths.ts';
import type { MountSpec } from '../spec/types.ts';
import { overlayOptions } from '../stages/overlay.ts';
import { volumeData, volumeName } from '../stages/volumes/user-mounts.ts';
import { type Container, isUp } from '../store/containers.ts';
import { writableLayer } from '../store/writable-layer.ts';

/**
 * Moves this thread to a mount namespace of its own, where the container's files are at the path that is returned. The host's
 * own files stay where they are. The current directory changes.
 * @throws TsstepError container-state, bad-image
 */
export async function mountContainer(root: string, { config, state }: Container): Promise<string> {
  const files = writableLayer(root, config);
  const isMounted = mountPoints().includes(files.merged);
  if (!isMounted && isUp(state)) throw elsewhere(config.name);
  const directories = layerDirectories(
    root,
    await imageByManifest(root, config.image.digest, config.image.name),
  );
  unshare(['CLONE_NEWNS']);
  mount({ source: 'none', target: '/', flags: ['MS_REC', 'MS_PRIVATE'] });
  if (!isMounted) mountOverlay(root, directories, files);
  for (const [source, target] of [
    [files.hosts, '/etc/hosts'],
    [files.hostname, '/etc/hostname'],
    [files.resolvConf, '/etc/resolv.conf'],
  ] as const)
    bind(files.merged, source, target, false);
  for (const spec of config.mounts) mountVolume(root, files.merged, config.id, spec);
  // Last, as it makes the mount points of the others unreachable to mkdir.
  if (config.spec.readOnly) setMountAttributes(files.merged, ['MOUNT_ATTR_RDONLY'], false);
  return files.merged;
}

function mountOverlay(
  root: string,
  directories: readonly string[],
  { upper, work, merged }: ReturnType<typeof containerFiles>,
): void {
  // Short names relative to one directory, as in stage overlay: the options have to fit into a page.
  process.chdir(layers(root));
  const lower = directories.map((directory) => `l/${directory.slice(layers(root).length + 1).slice(0, 12)}`);
  const data = overlayOptions(lower, upper, work);
  mount({ source: 'overlay', target: merged, fstype: 'overlay', flags: [], data });
}

/** A tmpfs is not seen, as with docker: it belongs to the container's own mount namespace, and is gone with it. */
function mountVolume(root: string, merged: string, id: string, spec: MountSpec): void {
  if (spec.type === 'tmpfs') return;
  const source = spec.type === 'bind' ? spec.source : volumeData(root, volumeName(spec, id));
  bind(merged, source, spec.target, spec.readOnly);
}

/** The target is looked up inside the root filesystem. What a half-made container lacks is left out. */
function bind(merged: string, source: string, target: string, readOnly: boolean): void {
  tolerating(['ENOENT', 'ENOTDIR'], () => {
    inRoot(merged, target, {}, (path) => mount({ source, target: path, flags: ['MS_BIND', 'MS_REC'] }));
    if (readOnly)
      inRoot(merged, target, {}, (path) => setMountAttributes(path, ['MOUNT_ATTR_RDONLY'], false));
  });
}

function elsewhere(name: string): TsstepError {
  return new TsstepError({
    code: 'container-state',
    what: `the files of ${name} are mounted in another mount namespace`,
    why: 'it was run there, and overlayfs does not allow the same upperdir twice',
    remedy: `run this command where ${name} was run`,
  });
}
