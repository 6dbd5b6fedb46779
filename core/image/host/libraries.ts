/** What programs need to be started: the dynamic loader and shared libraries (ld.so(8), ldd(1)). */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { TsstepError } from '../../errors.ts';
import { runTool } from '../../perform/run-tool.ts';
import { needsInterpreter } from '../lab/elf.ts';

/**
 * Paths of the loader and the libraries of these files, each once. ldd(1) starts their loader: to be used for programs that
 * one would also run. @throws TsstepError missing-tool, tool-failed
 */
export async function librariesOf(paths: readonly string[]): Promise<string[]> {
  const dynamic = paths.filter((path) => needsInterpreter(path) === true);
  const libraries = new Set<string>();
  for (const path of dynamic) {
    // One at a time: musl's ldd takes only one.
    const { stdout } = await runTool(['ldd', path]);
    for (const library of parseLdd(stdout, path)) libraries.add(library);
  }
  for (const library of [...libraries]) for (const module of nameServices(library)) libraries.add(module);
  return [...libraries].sort();
}

/**
 * Lines of ldd: `libc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x…)`, `/lib64/ld-linux-x86-64.so.2 (0x…)`.
 * @throws TsstepError tool-failed
 */
export function parseLdd(stdout: string, path: string): string[] {
  return stdout.split('\n').flatMap((line) => {
    const missing = /^\s*(\S+) => not found/.exec(line)?.[1];
    if (missing !== undefined) throw lacks(path, missing);
    return /(?:^|=>)\s*(\/\S+) \(0x/.exec(line)?.slice(1, 2) ?? [];
  });
}

/** Before glibc 2.34 it loads what reads /etc/passwd and asks name servers only when that is needed, and ldd cannot know. */
function nameServices(library: string): string[] {
  if (!/\/libc\.so\.6$/.test(library)) return [];
  return ['libnss_files.so.2', 'libnss_dns.so.2', 'libresolv.so.2']
    .map((name) => join(dirname(library), name))
    .filter((path) => existsSync(path));
}

function lacks(path: string, library: string): TsstepError {
  return new TsstepError({
    code: 'tool-failed',
    what: `${path} cannot be put into an image`,
    why: `this machine lacks its library ${library}: it would not start here either`,
    remedy: 'leave it out, or install what it needs',
  });
}
