import type { FrontEnd } from '../front-end.ts';
import { quietFrontEnd } from '../json/front-end.ts';
import { PullDisplay } from './pull-display.ts';

/** No operations, nothing asked; but an image that has to be got first is told of on `stream`. */
export function pullFrontEnd(stream: NodeJS.WriteStream): FrontEnd {
  const quiet = quietFrontEnd();
  const display = new PullDisplay(stream);
  return {
    ...quiet,
    listener: (event) => {
      quiet.listener(event);
      display.listener(event);
    },
  };
}
