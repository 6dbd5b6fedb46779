import { TsstepError } from '../../../core/errors.ts';
import {
  familiarName,
  isImageId,
  parseReference,
  pulledName,
  splitReference,
} from '../../../core/image/reference.ts';
import { parseSpec } from '../../../core/spec/parse.ts';
import { quietFrontEnd } from '../../json/front-end.ts';
import { pullFrontEnd } from '../../progress/front-end.ts';
import { pull } from '../../pull.ts';
import { Stepping } from '../../stepping.ts';
import { frontEndFor } from '../front-end.ts';
import { eventTargets, parseFaults } from '../stepping-flags.ts';
import type { PullFlags } from './pull-flags.ts';

/** Prints docker's lines. @throws TsstepError bad-reference, not-root, usage */
export async function pullImage(text: string, flags: PullFlags): Promise<number> {
  if (isImageId(text)) throw noName(text);
  const reference = parseReference(text);
  const name = pulledName(reference);
  const say = (line: string) =>
    flags.quiet || flags.ui === 'json' ? undefined : process.stdout.write(`${line}\n`);
  if (reference.digest === undefined && splitReference(text).tag === undefined)
    say('Using default tag: latest');
  const pulled = await pull(
    {
      spec: parseSpec({ ...flags, pull: 'always' }, text, [], process.env),
      stepping: new Stepping(flags),
      frontEnd: await frontEndFor(flags, () =>
        flags.quiet ? quietFrontEnd() : pullFrontEnd(process.stdout),
      ),
      faults: parseFaults(flags.inject),
      eventFiles: eventTargets(flags),
      recordSecrets: false,
      argv: process.argv.slice(2),
    },
    name,
  );
  if (pulled.digest === undefined) return pulled.code;
  const familiar = familiarName(parseReference(name));
  say(`Digest: ${pulled.digest}`);
  say(`Status: ${pulled.newer ? 'Downloaded newer image for' : 'Image is up to date for'} ${familiar}`);
  if (flags.ui !== 'json') process.stdout.write(`${name}\n`);
  return pulled.code;
}

function noName(id: string): TsstepError {
  return new TsstepError({
    code: 'bad-reference',
    what: `${id} cannot be pulled`,
    why: 'it is an image’s ID, the digest of its configuration, and registries know names and digests of manifests',
    remedy:
      'write the name, like nginx:1.27, or the name and a digest that `tsstep images --digests` shows: nginx@sha256:…',
  });
}
