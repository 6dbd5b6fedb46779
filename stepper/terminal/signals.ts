/** Signals that reach the container's process instead of this one, as docker's --sig-proxy does. */
export const forwarded = [
  'SIGINT',
  'SIGTERM',
  'SIGHUP',
  'SIGQUIT',
  'SIGUSR1',
  'SIGUSR2',
  'SIGCONT',
  'SIGALRM',
] as const;

/** Those of them that end a process which has no say in it. */
export const ending = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;

/** @param send must not throw for a process that has gone @returns what ends it */
export function forwardSignals(
  send: (signal: (typeof forwarded)[number]) => void,
  signals: readonly (typeof forwarded)[number][] = forwarded,
): () => void {
  const handlers = signals.map((signal) => {
    const forward = () => send(signal);
    process.on(signal, forward);
    return () => process.off(signal, forward);
  });
  return () => {
    for (const off of handlers) off();
  };
}
