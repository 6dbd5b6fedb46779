/** What tsstep itself keeps: the container's directory, names, volumes and layers, and what is shared between runs. */
import { statSync } from 'node:fs';
import type { Known } from '../../core/known.ts';
import { containerId } from '../known.ts';
import type { Probe, Tree } from '../snapshot.ts';
import { entry } from './entry.ts';
import { link, names, text, unlessGone } from './read.ts';

/** Names in a directory that may hold those of many images and runs. */
const LIMIT = 500;
/** Small files are shown as they are: they are what a person wants to see in a diff. */
const TINY = 512;

export const files: Probe = ({ known }) => {
  const { root, run } = known.host;
  const id = containerId(known);
  const found: Tree = {};
  const parts: Record<string, Tree> = {
    container: id === undefined ? {} : container(`${root}/containers/${id}`),
    images: images(root),
    names: listing(`${root}/names`, (path) => link(path)),
    volumes: volumes(root, known),
    sources: sources(known),
    layers: listing(`${root}/layers`, entry, (name) => name.slice(0, 12)),
    leases: tinyFiles(`${run}/leases`),
    members: tinyFiles(`${run}/members`),
    shares: tinyFiles(`${run}/shares`),
  };
  for (const [name, part] of Object.entries(parts)) if (Object.keys(part).length > 0) found[name] = part;
  return Object.keys(found).length > 0 ? found : undefined;
};

/** What a container's supervisor keeps there, and no operation makes. */
const duringLife = /^(socket|log(\.\d+)?|supervisor\.log|exit\.json|health\.json)$/;

/** config.json and state.json hold what the person typed, secrets too: of them only the size. */
function container(directory: string): Tree {
  const shown = new Set(['hostname', 'hosts', 'resolv.conf']);
  const itself = entry(directory);
  const inside = listing(directory, (path) => {
    const name = path.slice(path.lastIndexOf('/') + 1);
    if (shown.has(name)) return content(path);
    return duringLife.test(name) ? undefined : entry(path);
  });
  return { ...(itself !== undefined && { directory: itself }), ...inside };
}

/** Names of images and what they mean (image-spec, image-layout.md); a broken index is told by the operation that needs it. */
function images(root: string): Tree {
  try {
    const { manifests } = JSON.parse(text(`${root}/images/index.json`) ?? '{}') as {
      manifests: { digest: string; annotations?: Record<string, string> }[];
    };
    const named = manifests.flatMap(({ digest, annotations }) => {
      const name = annotations?.['org.opencontainers.image.ref.name'];
      return name === undefined ? [] : [[name, digest] as const];
    });
    return Object.fromEntries(named.slice(0, LIMIT));
  } catch {
    return {};
  }
}

function volumes(root: string, { volumes = {} }: Known): Tree {
  const used = Object.values(volumes).map(({ path }) => path);
  return listing(`${root}/volumes`, (path) => {
    const data = `${path}/_data`;
    return used.includes(data) ? `${names(data).length} entries` : entry(path);
  });
}

/** Of the bind mounts' sources those that are not the host's own: what was not there before. */
function sources({ missing = {} }: Known): Tree {
  const found = Object.values(missing).flatMap((path): [string, string][] => {
    const its = path === null ? undefined : entry(path);
    return path === null || its === undefined ? [] : [[path, its]];
  });
  return Object.fromEntries(found);
}

function listing(
  directory: string,
  show: (path: string) => string | undefined,
  short = (name: string) => name,
): Tree {
  const found: [string, string][] = [];
  const all = names(directory);
  for (const name of all.slice(0, LIMIT)) {
    const value = show(`${directory}/${name}`);
    if (value !== undefined) found.push([short(name), value]);
  }
  if (all.length > LIMIT) found.push(['(… more)', String(all.length - LIMIT)]);
  return Object.fromEntries(found);
}

function tinyFiles(directory: string, depth = 3): Tree {
  const found: Tree = {};
  for (const name of names(directory)) {
    const path = `${directory}/${name}`;
    if (unlessGone(() => statSync(path))?.isDirectory()) {
      if (depth > 0) found[name] = tinyFiles(path, depth - 1);
    } else {
      const value = content(path);
      if (value !== undefined) found[name] = value;
    }
  }
  return found;
}

function content(path: string): string | undefined {
  const its = unlessGone(() => statSync(path));
  return its?.isFile() && its.size <= TINY ? text(path)?.trimEnd() : entry(path);
}
