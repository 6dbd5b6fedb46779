/** `tsstep start`. */
import { TsstepError } from '../../core/errors.ts';
import { findContainer } from '../../core/store/containers.ts';
import { type StartRequest, start } from '../lifecycle/start.ts';
import { pullFrontEnd } from '../progress/front-end.ts';
import { Stepping } from '../stepping.ts';
import { parseDetachKeys } from '../terminal/detach-keys.ts';
import { frontEndFor } from './front-end.ts';
import { forEach, openStateAsRoot } from './state.ts';
import { eventTargets, parseFaults, type WatchFlags } from './stepping-flags.ts';

type Flags = WatchFlags & { attach?: boolean; interactive?: boolean; detachKeys: string };

/** Names are printed as they were given, as docker does. @throws TsstepError usage */
export async function startAll(references: readonly string[], flags: Flags): Promise<number> {
  const { root } = openStateAsRoot('start');
  const foreground = flags.attach || flags.interactive;
  if (foreground && references.length > 1) throw onlyOne();
  const request = async (reference: string): Promise<StartRequest> => ({
    stepping: new Stepping(flags),
    frontEnd: await frontEndFor(flags, () => pullFrontEnd(process.stderr)),
    faults: parseFaults(flags.inject),
    eventFiles: eventTargets(flags),
    recordSecrets: flags.recordSecrets ?? false,
    showOutput: flags.ui !== 'json',
    argv: process.argv.slice(2),
    deaf: !flags.interactive,
    detachKeys: parseDetachKeys(flags.detachKeys),
    mode: foreground ? 'foreground' : 'detached',
    left: () => void process.stdout.write(`${reference}\n`),
  });
  if (foreground && references[0] !== undefined) return await attached(root, references[0], request);
  return await forEach(references, async (reference) => {
    const code = await start(root, reference, await request(reference));
    if (code !== 0) throw notStarted(findContainer(root, reference).config.name, code);
  });
}

/** Its exit code is the command's; what keeps it from starting ends with 1, as with docker. */
async function attached(
  root: string,
  reference: string,
  request: (reference: string) => Promise<StartRequest>,
): Promise<number> {
  let code = 0;
  const refused = await forEach([reference], async () => {
    code = await start(root, reference, await request(reference));
  });
  return refused || code;
}

function onlyOne(): TsstepError {
  return new TsstepError({
    code: 'usage',
    what: 'you cannot start and attach multiple containers at once',
    why: 'there is one terminal, and one exit code',
    remedy: 'start them without -a and -i, and attach to one',
  });
}

/** Why has been shown already. */
export function notStarted(name: string, code: number): TsstepError {
  return new TsstepError({
    code: 'container-state',
    what: `failed to start container "${name}"`,
    why: `its start ended with ${code}, for the reason above`,
    remedy: `tsstep start --pause-each ${name} shows where`,
  });
}
