import type { FrontEnd } from '../front-end.ts';
import { EventFile } from '../session/journal.ts';

/** `--ui json`: every event as one line on stdout, the container's output among them; never asks. */
export function jsonFrontEnd(): FrontEnd {
  const stdout = new EventFile(1);
  return {
    listener: stdout.write,
    observes: true,
    ask: undefined,
    asking: false,
    deaf: false,
    interrupt: () => undefined,
    release: () => Buffer.alloc(0),
  };
}

/** Nothing is shown and nothing asked: a run without any stepping flag, as docker's. */
export function quietFrontEnd(): FrontEnd {
  return {
    listener: (event) => {
      if (event.type === 'notice') process.stderr.write(`tsstep: ${event.text}\n`);
    },
    observes: false,
    ask: undefined,
    asking: false,
    deaf: false,
    interrupt: () => undefined,
    release: () => Buffer.alloc(0),
  };
}
