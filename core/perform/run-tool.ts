import { spawn } from 'node:child_process';
import { TsstepError } from '../errors.ts';
import { installing } from '../host/packages.ts';

export interface ToolResult {
  stdout: string;
  stderr: string;
}

/**
 * Runs a system tool to its end. @throws TsstepError missing-tool, or tool-failed with the tool's own words.
 * No shell: the words reach the tool as they are.
 */
export function runTool(argv: readonly string[], stdin?: string): Promise<ToolResult> {
  const [command = '', ...rest] = argv;
  return new Promise((resolve, reject) => {
    const child = spawn(command, rest, {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH, LC_ALL: 'C' },
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8');
    child.stderr.setEncoding('utf8');
    child.stdout.on('data', (chunk: string) => (stdout += chunk));
    child.stderr.on('data', (chunk: string) => (stderr += chunk));
    // A tool that ends without reading its input is judged by its exit code, not by the broken pipe.
    child.stdin.on('error', () => undefined);
    child.stdin.end(stdin ?? '');
    child.on('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'ENOENT' ? missingTool(command) : error),
    );
    child.on('close', (code, signal) => {
      if (code === 0) return resolve({ stdout, stderr });
      reject(
        new TsstepError({
          code: 'tool-failed',
          what: `\`${argv.join(' ')}\` ended with ${signal ?? `exit code ${code}`}`,
          why: stderr.trim() || stdout.trim() || 'it said nothing',
          remedy: 'run `tsstep doctor` to see what this machine lacks',
        }),
      );
    });
  });
}

export function missingTool(command: string): TsstepError {
  return new TsstepError({
    code: 'missing-tool',
    what: `"${command}" is not installed`,
    why: 'tsstep uses the same tools that you would use by hand',
    remedy: installing(command),
  });
}
