import { spawn } from 'node:child_process';

export interface Finished {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs a tool on the host to its end. A tool that is not installed is reported by `doctor`; here it is `undefined`. */
export function run(argv: readonly [string, ...string[]], stdin = ''): Promise<Finished | undefined> {
  return new Promise((resolve, reject) => {
    const [file, ...rest] = argv;
    const child = spawn(file, rest, { stdio: 'pipe' });
    const result: Finished = { code: null, stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (result.stdout += chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (result.stderr += chunk));
    child.on('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ENOENT' ? resolve(undefined) : reject(error),
    );
    child.on('close', (code) => resolve({ ...result, code }));
    // A tool that ends without reading its input closes the pipe first.
    child.stdin.on('error', () => undefined).end(stdin);
  });
}
