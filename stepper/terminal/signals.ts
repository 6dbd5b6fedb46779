/** Signals that reach the container's process instead of this one, as docker's --sig-proxy does. */
const forwarded = [
  'SIGINT',
  'SIGTERM',
  'SIGHUP',
  'SIGQUIT',
  'SIGUSR1',
  'SIGUSR2',
  'SIGCONT',
  'SIGALRM',
] as const;

/** @param send must not throw for a process that has gone @returns what ends it */
export function forwardSignals(send: (signal: NodeJS.Signals) => void): () => void {
  const handlers = forwarded.map((signal) => {
    const forward = () => send(signal);
    process.on(signal, forward);
    return () => process.off(signal, forward);
  });
  return () => {
    for (const off of handlers) off();
  };
}
