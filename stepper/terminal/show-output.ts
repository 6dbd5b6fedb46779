import type { OutputSink } from '../../core/supervisor/output.ts';

/** Output goes to this process's stdout and stderr, no faster than they take it. */
export const showOutput: OutputSink = (stream, chunk) => {
  const target = process[stream];
  // A reader that has gone will never drain; closing is what the 'error' event is for.
  if (target.destroyed || target.write(chunk)) return undefined;
  return new Promise((resolve) => {
    const done = () => {
      for (const event of ['drain', 'close', 'error']) target.off(event, done);
      resolve();
    };
    for (const event of ['drain', 'close', 'error']) target.on(event, done);
  });
};
