/** `tsstep cp`: files between a container and this machine. */
import { copyIntoContainer } from '../../core/copy/into-container.ts';
import { copyOutOfContainer } from '../../core/copy/out-of-container.ts';
import { TsstepError } from '../../core/errors.ts';
import { withContainerLock } from '../../core/store/container-lock.ts';
import { findContainer } from '../../core/store/containers.ts';
import { printable } from '../printable.ts';
import { humanSize } from './format/size.ts';
import { forEach, openStateAsRoot } from './state.ts';

interface CopyFlags {
  archive?: boolean;
  followLink?: boolean;
  quiet?: boolean;
}

/** @throws TsstepError usage */
export async function cp(
  from: string,
  to: string,
  { archive = false, followLink = false, quiet = false }: CopyFlags,
): Promise<number> {
  const { root } = openStateAsRoot('cp');
  const [source, target] = [placeOf(from), placeOf(to)];
  const reference = onlyContainer(source.container, target.container);
  return await forEach([reference], async () => {
    const container = findContainer(root, reference);
    const common = { from: source.path, to: target.path, followLink, note };
    // Two overlays with one upperdir at the same time are more than overlayfs promises to bear.
    const size = await withContainerLock(root, container.config.id, () =>
      target.container === undefined
        ? copyOutOfContainer(root, container, { ...common, owner: archive ? undefined : caller() })
        : copyIntoContainer(root, container, { ...common, archive }),
    );
    if (!quiet && process.stderr.isTTY && from !== '-' && to !== '-')
      process.stderr.write(`Successfully copied ${humanSize(size)} to ${to}\n`);
  });
}

interface Place {
  container?: string;
  path: string;
}

/** `NAME:PATH`, unless it begins like a path. */
function placeOf(text: string): Place {
  const colon = text.indexOf(':');
  if (colon < 0 || /^[/.]/.test(text)) return { path: text };
  const [container, path] = [text.slice(0, colon), text.slice(colon + 1)];
  if (container !== '' && path !== '') return { container, path };
  throw usage(
    `${JSON.stringify(text)} names no file of a container`,
    'it takes a name, a colon, and a path',
    `${container || 'NAME'}:/path`,
  );
}

function onlyContainer(from: string | undefined, to: string | undefined): string {
  if (from !== undefined && to !== undefined)
    throw usage(
      'copying between containers is not supported',
      'both paths are in one',
      'copy it to this machine first, or use a volume',
    );
  const container = from ?? to;
  if (container !== undefined) return container;
  throw usage(
    'must specify at least one container source',
    'both paths are on this machine',
    'write NAME:PATH for a path in a container',
  );
}

const usage = (what: string, why: string, remedy: string): TsstepError =>
  new TsstepError({ code: 'usage', what, why, remedy, exit: 1 });

const caller = () => ({ uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 });

const note = (line: string): void => void process.stderr.write(`tsstep: ${printable(line)}\n`);
