import { createInterface } from 'node:readline';

/** Docker's question, on standard output; anything but `y` is no, and so is the end of the input. */
export async function confirm(warning: string): Promise<boolean> {
  process.stdout.write(`${warning}\nAre you sure you want to continue? [y/N] `);
  const lines = createInterface({ input: process.stdin });
  try {
    for await (const line of lines) return line.trim().toLowerCase() === 'y';
  } finally {
    lines.close();
  }
  return false;
}
