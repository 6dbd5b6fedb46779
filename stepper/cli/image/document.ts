/** An image in the words and the shape of `docker image inspect`. */
import { join } from 'node:path';
import { hexOf } from '../../../core/image/digest.ts';
import { familiarRepository } from '../../../core/image/reference.ts';
import type { ConfigFile, Descriptor } from '../../../core/image/schema.ts';
import { imageSize } from '../../../core/image/store/layer-size.ts';
import { storedName } from '../../../core/image/store/layout.ts';
import { displayName, storedReference } from '../../../core/image/store/names.ts';
import { diffIdsOf, documentsOf, namedEntries, type StoredImage } from '../../../core/image/store/stored.ts';
import { layers } from '../../../core/paths.ts';
import { goList, goMap, omittedText } from '../template/go-values.ts';

/** @throws TsstepError bad-image when it cannot be read */
export function imageDocument(root: string, image: StoredImage): object {
  const { config } = documentsOf(image);
  const named = namedEntries(image);
  return {
    Id: image.id,
    RepoTags: named.filter((entry) => !storedName(entry)?.includes('@')).map(displayName),
    RepoDigests: [...new Set(named.flatMap(repoDigest))],
    Parent: '',
    Comment: config.history?.at(-1)?.comment ?? '',
    Created: config.created ?? '',
    Author: config.author ?? '',
    Config: configOf(config),
    Architecture: config.architecture ?? '',
    Variant: config.variant || omittedText,
    Os: config.os ?? '',
    Size: imageSize(root, image),
    GraphDriver: { Data: goMap(directoriesOf(root, image)), Name: 'overlay2' },
    RootFS: { Type: config.rootfs.type, Layers: diffIdsOf(image) },
    // Go's zero time: when a name was given is not kept.
    Metadata: { LastTagTime: '0001-01-01T00:00:00Z' },
  };
}

function repoDigest(entry: Descriptor): string[] {
  const reference = storedReference(entry);
  return reference ? [`${familiarRepository(reference)}@${entry.digest}`] : [];
}

/** overlayfs.rst: the first lowerdir is the topmost. Where a layer is not unpacked yet, that is where it will be. */
function directoriesOf(root: string, image: StoredImage): Record<string, string> {
  const [upper, ...lower] = diffIdsOf(image)
    .map((diffId) => join(layers(root), hexOf(diffId)))
    .reverse();
  return { ...(lower.length > 0 && { LowerDir: lower.join(':') }), ...(upper && { UpperDir: upper }) };
}

/** With the fields that docker shows in any case, although most of them mean nothing for an image. */
function configOf({ config }: ConfigFile) {
  return {
    Hostname: '',
    Domainname: '',
    User: config?.User ?? '',
    AttachStdin: false,
    AttachStdout: false,
    AttachStderr: false,
    ExposedPorts: goMap(config?.ExposedPorts),
    Tty: false,
    OpenStdin: false,
    StdinOnce: false,
    Env: goList(config?.Env ?? null),
    Cmd: goList(config?.Cmd ?? null),
    Image: '',
    Volumes: goMap(config?.Volumes ?? null),
    WorkingDir: config?.WorkingDir ?? '',
    Entrypoint: goList(config?.Entrypoint ?? null),
    OnBuild: goList(null),
    Labels: goMap(config?.Labels ?? null),
    StopSignal: config?.StopSignal || omittedText,
  };
}
