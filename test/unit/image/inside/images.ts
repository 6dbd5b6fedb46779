/** Images in a store of their own, for looking into them. */

import { localArchitecture } from '../../../../core/image/platform.ts';
import { canonicalName, parseReference } from '../../../../core/image/reference.ts';
import { createImage, type HistoryEntry } from '../../../../core/image/store/create.ts';
import { resolveImage } from '../../../../core/image/store/resolve.ts';
import type { LayerSource, ResolvedImage } from '../../../../core/image/types.ts';
import { layerOf, type Member, tarOf } from '../tars.ts';

const created = '2026-01-01T00:00:00Z';

export interface BuildStep {
  created_by: string;
  /** Absent: the step changed the configuration only. */
  members?: readonly (Member | Uint8Array)[];
}

/** An image with a layer for each step that has members. */
export async function build(root: string, name: string, steps: readonly BuildStep[]): Promise<ResolvedImage> {
  const layers: LayerSource[] = [];
  for (const { members } of steps) if (members) layers.push(await layerOf(root, await tarOf(...members)));
  const history = steps.map(
    ({ created_by, members }): HistoryEntry => ({
      created,
      created_by,
      ...(members ? {} : { empty_layer: true }),
    }),
  );
  const image = { created, architecture: localArchitecture(), config: {}, layers, history };
  await createImage(root, image, canonicalName(parseReference(name)));
  const lookup = await resolveImage(root, name);
  if ('found' in lookup) return lookup.found;
  throw new Error(`${name} is not there`);
}

export const folder = (name: string, more: Partial<Member> = {}): Member => ({
  name: `${name}/`,
  type: 'directory',
  mode: 0o755,
  ...more,
});

/** One of each thing that a layer can do. */
export const steps: readonly BuildStep[] = [
  {
    created_by: `/bin/sh -c #(nop) ADD file:3f1c9a4b5d6e${'0'.repeat(52)} in / `,
    members: [
      folder('etc'),
      { name: 'etc/motd', content: 'hello\n' },
      { name: 'etc/old.conf', content: 'a=1\n' },
      folder('opt'),
      { name: 'opt/big', content: Buffer.alloc(200_000, 'x'), mode: 0o644 },
      folder('srv'),
      { name: 'srv/a', content: 'a' },
      { name: 'srv/twin', type: 'link', linkname: 'srv/a' },
      folder('srv/deep'),
      { name: 'srv/deep/b', content: 'bb' },
      { name: 'srv/deep/c', content: 'ccc' },
      folder('var'),
      folder('var/cache'),
      { name: 'var/cache/one', content: Buffer.alloc(5000, '1') },
      { name: 'lib', type: 'symlink', linkname: 'usr/lib' },
    ],
  },
  { created_by: '/bin/sh -c #(nop)  ENV PATH=/usr/bin:/bin' },
  {
    created_by: 'RUN /bin/sh -c chown 33:33 /opt/big && chmod 755 /opt/big # buildkit',
    members: [
      folder('opt'),
      { name: 'opt/big', content: Buffer.alloc(200_000, 'x'), mode: 0o755, uid: 33, gid: 33 },
    ],
  },
  {
    created_by:
      'RUN |1 VERSION=2 /bin/sh -c rm -r /srv/deep /etc/old.conf     && echo two > /etc/motd # buildkit',
    members: [
      folder('etc'),
      { name: 'etc/.wh.old.conf' },
      { name: 'etc/motd', content: 'hello\ntwo\n' },
      folder('srv'),
      { name: 'srv/.wh.deep' },
    ],
  },
  {
    created_by:
      'RUN /bin/sh -c rm -rf /var/cache && mkdir /var/cache && echo new > /var/cache/two # buildkit',
    members: [
      folder('var/cache', { mode: 0o700 }),
      { name: 'var/cache/.wh..wh..opq' },
      { name: 'var/cache/two', content: 'new\n' },
    ],
  },
  { created_by: 'CMD ["sh"]' },
];
