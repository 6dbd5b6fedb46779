import { text as textOf } from 'node:stream/consumers';
import { failureOf, TsstepError } from '../../core/errors.ts';
import { savedCredentials } from '../../core/registry/credentials.ts';
import { dockerConfigPath } from '../../core/registry/docker-config.ts';
import { registryOf, saveLogin, verifyLogin } from '../../core/registry/login.ts';
import { readSettings } from '../../core/registry/settings.ts';
import { printable } from '../printable.ts';
import { askAt } from './secret.ts';

/** Of a shell: 128 and SIGINT. */
const INTERRUPTED = 130;

export interface LoginFlags {
  username?: string;
  password?: string;
  passwordStdin?: boolean;
  insecureRegistry?: readonly string[];
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const warn = (line: string): void => void process.stderr.write(`${line}\n`);

/** `tsstep login`: asks the registry, then saves. @returns the exit code. @throws TsstepError usage, unauthorized, registry */
export async function login(server: string | undefined, flags: LoginFlags): Promise<number> {
  const registry = registryOf(server);
  const { env } = process;
  const options = { env, settings: readSettings(env, flags.insecureRegistry ?? []) };
  if (flags.username === undefined && flags.password === undefined && !flags.passwordStdin) {
    if (await stillLoggedIn(registry, options)) return 0;
  }
  const given = await credentials(flags);
  if (!given) return INTERRUPTED;
  await verifyLogin(registry, given, options);
  const helper = await saveLogin(registry, given, env);
  if (helper === undefined) {
    warn(`WARNING! Your password will be stored unencrypted in ${dockerConfigPath(env)}.`);
    warn('Configure a credential helper to remove this warning. See');
    warn('https://docs.docker.com/engine/reference/commandline/login/#credentials-store');
  }
  say('Login Succeeded');
  return 0;
}

/** docker tries what it knows before it asks. */
async function stillLoggedIn(registry: string, options: Parameters<typeof verifyLogin>[2]): Promise<boolean> {
  const saved = await savedCredentials(registry, options.env);
  if (!saved) return false;
  say('Authenticating with existing credentials...');
  try {
    await verifyLogin(registry, saved, options);
    say('Login Succeeded');
    return true;
  } catch (error) {
    const { code, what, why } = failureOf(error);
    if (code !== 'unauthorized' || !process.stdin.isTTY) throw error;
    warn(printable(`Login did not succeed: ${what}: ${why}`));
    return false;
  }
}

/** undefined: somebody pressed Ctrl-C. */
async function credentials({
  username,
  password,
  passwordStdin,
}: LoginFlags): Promise<{ user: string; password: string } | undefined> {
  if (passwordStdin) {
    if (password !== undefined) throw wrong('--password and --password-stdin exclude each other');
    if (username === undefined) throw wrong('--password-stdin needs --username');
    return filled(username, (await textOf(process.stdin)).replace(/\r?\n$/, ''));
  }
  if (password !== undefined)
    warn('WARNING! Using --password via the CLI is insecure. Use --password-stdin.');
  if ((username === undefined || password === undefined) && !process.stdin.isTTY)
    throw wrong('a login is asked for at a terminal, and standard input is none');
  const user = username ?? (await askAt('Username: ', false))?.trim();
  if (user === undefined) return undefined;
  const typed = password ?? (await askAt('Password: ', true));
  return typed === undefined ? undefined : filled(user, typed);
}

function filled(user: string, password: string): { user: string; password: string } {
  if (user === '') throw wrong('the user name is empty');
  // It ends where the header for it has its colon (RFC 7617).
  if (user.includes(':')) throw wrong('a user name has no colon');
  if (password === '') throw wrong('the password is empty');
  return { user, password };
}

function wrong(why: string): TsstepError {
  return new TsstepError({
    code: 'usage',
    what: 'tsstep login has no user and password',
    why,
    remedy:
      '`tsstep login [SERVER]` asks for both; `tsstep login -u USER --password-stdin [SERVER] < FILE` does not ask',
  });
}
