import type { Kind } from '../../../core/operation.ts';

/** Finding and writing down: image, name, metadata, volumes. */
export const host = {
  getrandom: `The kernel hands out bytes from its random number generator; nobody can guess them, and two containers never get
    the same. docker makes container ids in the same way: 32 bytes, 64 hexadecimal digits, of which it mostly shows 12. The id
    says nothing about the image. Almost nothing can go wrong here: only at the very start of a machine the call may wait until
    enough randomness has been gathered.`,
  'choose-name': `A name is for people; everything in the kernel and on disk goes by the id. If you gave none, an adjective and a
    surname are drawn until a free pair is found, as docker does. That a name is free now does not reserve it: the symlink made
    in a later step does, because the kernel makes it or refuses it in one step. If another container has the name already, even
    a stopped one, you get "name in use".`,
  clock: `Reads the wall clock. The time is kept in the container's state, so that ps and inspect can show when it was created. It
    is the only thing in the whole creation that a clock is asked for; durations are measured with another clock, which nobody
    can set back.`,
  'resolve-image': `A name such as lab:latest is only a pointer that may move. It is looked up in the store's index and leads to
    the digest of a manifest, which names the digests of a configuration and of the layers. A digest is the SHA-256 of the
    content, so from here on nothing can change under our hands. docker does the same, and pulls what is missing. It fails when
    the name is unknown or when a file does not have the digest it is stored under.`,
  'registry-ping': `A registry is a web server with a few fixed paths below /v2/. This first request asks whether there is one at all.
    Most answer 401 and a header WWW-Authenticate, which names the service that hands out tokens: that is how the next request
    knows where to go. docker does the same. It fails when the network is down, when the name is wrong, or when the
    registry's certificate is not trusted here. With mirrors the next one is asked then.`,
  'registry-token': `The registry itself knows no passwords. Another service checks who we are and gives a token: a signed text that
    says which repository may be read and until when. Public images need no account, but a token all the same, and that is how
    Docker Hub counts pulls. docker does the same, with the account that docker login has saved. The token stays in
    this process and is never shown or recorded. It fails when the password is wrong or the image is private.`,
  'fetch-manifest': `A tag such as latest is a pointer that its owner may move. What comes back is mostly an index: a list with one
    manifest for each platform, of which the one for this machine is fetched next. A manifest is short JSON: the digest and size of
    the configuration and of each layer. docker does the same. It is accepted only if its bytes have the digest that was asked for
    or that the registry promised. A 404 means that there is no such tag; Docker Hub says 401 for that too, to hide private names.`,
  'fetch-config': `The configuration is what docker inspect shows of an image: command, environment, user, volumes, how each layer was
    made, and the digest of each layer's tar before compression. The digest of this file is the image's ID. With it the
    whole container can be planned, before a single byte of a file has come.`,
  'fetch-layer': `Layers are named by digest alone, so one that another image brought is not fetched again, and it does not matter who
    sends it: registries mostly redirect to a storage elsewhere. It is hashed while it arrives and enters the store only
    if digest and size are right. A connection that breaks goes on where it was, with a Range request. When nobody steps, three
    layers are on their way at a time, as with docker; the time shown is how long was waited.`,
  'record-image': `Names are the only thing in the store that changes: the index says which digest a name means at the moment. The
    image that had the name before keeps its content and becomes nameless, as docker's <none>. The index is replaced by a
    rename under a lock, so every reader sees the old one or the new one.`,
  'build-lab': `An image is not magic: a tar file for each layer, a JSON configuration with the command and the environment, and a
    manifest that lists their digests. The built-in lab image is put together here from this machine's own busybox, so that the
    first run needs no network. docker build does the same with whatever the Dockerfile produces. It fails if busybox is not
    installed, or if it needs shared libraries.`,
  'unpack-layer': `A layer is a tar file with the changes against the layer below: files to add, and names that begin with .wh. for
    files to delete. It is unpacked once, into a directory of its own that every container of every image with this layer shares.
    Deletions become whiteouts: character devices with the numbers 0 and 0, which overlayfs understands. The work is done in a
    temporary directory that is renamed at the end, so that a half-unpacked layer is never used. A full disk and a damaged
    download are the usual failures.`,
  'find-container': `A namespace has no name; it lives as long as a process is in it. To share one with another container we need a
    process that is in it: that container's init, whose pid is in its state file. The start time is compared too, because a pid
    is used again after its process has ended. docker does the same for --network container:NAME. It fails if the container is
    not running.`,
  'find-mounts': `A container’s mounts are written down when it is created, and stay when it has ended. Another one gets the same at the
    same places: host directories, and volumes by their names, also those whose names were made up. What is mounted later in
    one of them does not appear in the other.`,
  'find-missing': `A bind mount shows what the host has at a path, so something has to be there. docker makes what -v names and nobody
    has, as a directory of root's, and many have wondered where it came from: a typing error in the path is enough. --mount is stricter
    and refuses. It is looked for before it is made, so that going back removes just what had to be made.`,
  'create-volume': `A volume is a plain directory outside every container's own, which is why it survives them. docker keeps them
    below /var/lib/docker/volumes, each with its data in _data. An existing volume is simply used again. A note of who made it is
    left inside, so that undoing this run never removes data that another run has made.`,
  'copy-up': `On first use docker fills an empty volume with what the image has at that place, owners and modes included; a
    database image, for example, expects its directory there. A bind mount gets no such copy: it hides what the image had. A
    volume that has anything in it already is left as it is, even if a newer image brings other files, and that surprises many.`,
} as const satisfies Partial<Record<Kind, string>>;
