/** The person's own terminal while a container has it: raw mode, window size. Each returns what ends it. */

/** Every key goes to the container: its own terminal turns Ctrl-C into a signal. Without -i nothing does, so ours keeps doing it. */
export function rawTerminal(): () => void {
  const { stdin } = process;
  if (!stdin.isTTY || stdin.isRaw) return () => undefined;
  stdin.setRawMode(true);
  const restore = () => void stdin.setRawMode(false);
  // Whatever ends this process by an error, the shell behind it wants its terminal back.
  process.once('exit', restore);
  return () => {
    process.off('exit', restore);
    restore();
  };
}

/** @param tell gets the size now, and whenever it changes */
export function followSize(tell: (rows: number, columns: number) => void): () => void {
  const { stdout } = process;
  const follow = () => tell(stdout.rows ?? 24, stdout.columns ?? 80);
  follow();
  process.on('SIGWINCH', follow);
  return () => process.off('SIGWINCH', follow);
}
