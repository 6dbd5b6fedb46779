import type { Kind } from '../../../core/operation.ts';

/** Files and mounts. */
export const files = {
  mkdir: `Makes a directory. On the host it is one that only this container uses, so that removing the container is removing a
    directory. Inside the root filesystem the path is resolved so that no symlink of the image can lead out of it; a mount needs a
    directory to be mounted on. EEXIST on the host would mean that another container has the same id.`,
  'write-file': `Writes a small file on the host that belongs to this container. config.json and state.json are for inspect and ps;
    hostname, hosts and resolv.conf are mounted over the image's own later, which is how docker gives each container its name and
    its resolvers without touching the image. They are files of the host: an editor that replaces the file instead of writing into
    it cannot do so inside the container, and says "Device or resource busy".`,
  symlink: `A symlink is a file that holds a path, and it is made whole or not at all. For container names that is the point: the
    second run that wants the same name gets EEXIST from the kernel, without any lock. In /dev the links are old customs:
    /dev/stdin leads to /proc/self/fd/0, and many programs expect it.`,
  mount: `One system call does many things, and the flags say which: attach a new filesystem, show a directory at a second place
    (MS_BIND), or change how mounts spread (MS_PRIVATE). overlayfs stacks directories: a lookup goes from the upper one down, and the
    first write to a file copies it up. Mounts are made in the container's own mount namespace, so the host does not see them, and
    they vanish with it. runc mounts the same list, from config.json. EINVAL is the kernel's answer to nearly every mistake, so look
    at the last lines of dmesg; ENOENT is a missing source or target.`,
  mount_setattr: `Changes the attributes of a mount and leaves the rest alone, with one call for a whole tree of mounts if asked. The
    older way, a remount with MS_BIND and MS_RDONLY, works on one mount only and forgets attributes that are not repeated; that is
    how "read-only" binds used to have writable mounts below them. It makes the mount read-only, not the filesystem: through another
    mount the same files can still be written. It needs Linux 5.12.`,
  umount: `Takes a mount away. A busy one is refused with EBUSY, and the old root is busy: this very process was started from it.
    MNT_DETACH hides it at once, with everything mounted below it, and frees it when the last user lets go. After pivot_root this is
    what really closes the door: from then on no path leads to the host's files, though open descriptors still do. runc does exactly
    the same.`,
  'share-mount': `Containers that share an ipc namespace also expect to share /dev/shm, but that is a mount, and no namespace but the
    mount namespace covers it. A mount of another namespace cannot be bound: the kernel says EINVAL. The newer calls can copy it:
    open_tree takes a detached copy there, move_mount attaches it here, and both show the same files. docker mounts that tmpfs on
    the host instead and binds it into each container. It needs Linux 5.2.`,
  chdir: `Moves the process's working directory. Before pivot_root it steps into the new root, so that both arguments can be ".";
    afterwards it leaves the old tree, in which it would otherwise still stand; at the end it goes where the image's WorkingDir or
    --workdir say. docker makes that directory if it is missing. A working directory outside the root was the heart of
    CVE-2024-21626: from there "../.." is the host.`,
  pivot_root: `Makes another mount the root of this mount namespace and puts the old root somewhere below it. With "." for both, the
    old root comes to lie on top of the new one, and one umount removes it. chroot would only change where this process starts its
    path lookups; the host's mounts would stay reachable, and a root user can climb out. The new root has to be a mount point, not
    the current root, or the answer is EINVAL or EBUSY; shared propagation is refused as well. runc does it in the same way.`,
  mknod: `A device file is a type and two numbers: major says which driver, minor which of its devices. /dev/null is c 1:3 on every
    Linux. The container gets only harmless ones, because with the number of a disk it could read the whole host. docker also
    forbids others through the device controller, so that making one by hand gives nothing. EPERM means that CAP_MKNOD is missing,
    or that the filesystem was mounted with nodev.`,
} as const satisfies Partial<Record<Kind, string>>;
