/** The plain front end for a container that is made in the background: `tsstep step|next|continue|dump|diff ID` speak to it. */
import { readContainer } from '../../core/store/containers.ts';
import type { Event } from '../../tracer/events.ts';
import type { Decision, FrontEnd, Pause } from '../front-end.ts';
import { PlainFrontEnd } from '../plain/front-end.ts';
import type { RemoteConsole } from './console.ts';
import { listenForCommands } from './server.ts';

export interface Background {
  console: RemoteConsole;
  /** The first pause at which the container can be spoken to; for whoever started this. */
  paused: (id: string, at: string) => void;
}

export function remoteFrontEnd({ console, paused }: Background): FrontEnd {
  const plain = new PlainFrontEnd(console, { asks: true });
  let close: (() => Promise<void>) | undefined;

  async function ask(pause: Pause): Promise<Decision> {
    const { session, stepping } = pause;
    const { id, host } = session.known;
    const [next] = session.upcoming;
    // Before it has a directory nobody could name it.
    const container = id === undefined ? undefined : readContainer(host.root, id);
    if (id === undefined || !container) return { go: stepping.pace };
    console.name = container.config.name;
    if (!close) process.title = `tsstep-paused ${id.slice(0, 12)}`;
    close ??= await listenForCommands(host.root, id, console);
    paused(id, next?.stage.name ?? 'end');
    return await (plain.ask?.(pause) ?? Promise.resolve({ go: 'continue' } as const));
  }

  return {
    observes: true,
    ask,
    listener: (event: Event) => {
      plain.listener(event);
      if (event.type === 'session-ended') console.end(event.code);
    },
    get asking() {
      return plain.asking;
    },
    deaf: false,
    interrupt: () => plain.interrupt(),
    // The container's supervisor will listen in the same place.
    release: async () => {
      console.end(0);
      await close?.();
      return Buffer.alloc(0);
    },
  };
}
