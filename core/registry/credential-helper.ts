/** docker-credential-NAME: programs that keep logins in a keychain (github.com/docker/docker-credential-helpers). */
import { spawn } from 'node:child_process';
import { TsstepError } from '../errors.ts';

/** What a helper keeps; the user `<token>` marks an identity token. */
export interface HelperEntry {
  Username: string;
  Secret: string;
}

/** undefined: it has none for this server. @throws `registry` when it fails */
export async function helperGet(
  name: string,
  server: string,
  env: NodeJS.ProcessEnv,
): Promise<HelperEntry | undefined> {
  const { code, stdout } = await runHelper(name, 'get', server, env);
  if (code !== 0) {
    if (/credentials not found|no credentials server/i.test(stdout)) return undefined;
    throw failed(name, 'get', stdout.trim() || `it ended with exit code ${code}`);
  }
  try {
    const { Username, Secret } = JSON.parse(stdout) as Partial<HelperEntry>;
    if (typeof Username === 'string' && typeof Secret === 'string') return { Username, Secret };
  } catch {
    // Said below, without what it wrote.
  }
  throw failed(name, 'get', 'it answered something else than a user and a secret');
}

/** @throws `registry` when it fails */
export async function helperStore(
  name: string,
  server: string,
  login: HelperEntry,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const { code, stdout } = await runHelper(
    name,
    'store',
    JSON.stringify({ ServerURL: server, ...login }),
    env,
  );
  if (code !== 0) throw failed(name, 'store', stdout.trim());
}

/** @throws `registry` when it fails */
export async function helperErase(name: string, server: string, env: NodeJS.ProcessEnv): Promise<void> {
  const { code, stdout } = await runHelper(name, 'erase', server, env);
  if (code !== 0 && !/credentials not found/i.test(stdout)) throw failed(name, 'erase', stdout.trim());
}

function runHelper(
  name: string,
  verb: 'get' | 'store' | 'erase',
  input: string,
  env: NodeJS.ProcessEnv,
): Promise<{ code: number | null; stdout: string }> {
  // It becomes part of a program's name.
  if (!/^[\w.-]+$/.test(name)) throw failed(name, verb, 'that is no name of a helper');
  return new Promise((resolve, reject) => {
    // Helpers find their keychain by HOME, DBUS_SESSION_BUS_ADDRESS and the like.
    const child = spawn(`docker-credential-${name}`, [verb], { env, stdio: ['pipe', 'pipe', 'ignore'] });
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    child.on('error', (error) => reject(failed(name, verb, error.message)));
    child.on('close', (code) => resolve({ code, stdout }));
  });
}

function failed(name: string, verb: string, why: string): TsstepError {
  return new TsstepError({
    code: 'registry',
    what: `the credential helper docker-credential-${name} failed at \`${verb}\``,
    why,
    remedy: 'install it, or take it out of credsStore and credHelpers in docker’s config.json',
  });
}
