/** The commands that talk to registries. Only declared here; what they do is loaded when it is asked for. */
import type { Command } from 'commander';

type Done = (code: number) => void;

const several = (value: string, before: readonly string[] = []): string[] => [...before, value];

const insecure = [
  '--insecure-registry <host[:port]>',
  'talk to this registry without TLS if need be (repeatable)',
] as const;

/** `done` gets the exit code. */
export function declareRegistries(program: Command, done: Done): void {
  program
    .command('login')
    .summary('log in to a registry')
    .description(
      'Tries a login at a registry, docker.io unless another is named, and saves it where docker does.',
    )
    .argument('[server]', 'host, and port where it has one')
    .option('-u, --username <name>', 'who')
    .option('-p, --password <password>', 'the password, which other users can see while tsstep runs')
    .option('--password-stdin', 'read the password from standard input')
    .option(...insecure, several)
    .action(async (server, flags) => done(await (await import('./login.ts')).login(server, flags)));
  program
    .command('logout')
    .summary('log out from a registry')
    .description('Forgets the login of a registry, docker.io unless another is named.')
    .argument('[server]', 'host, and port where it has one')
    .action(async (server) => done(await (await import('./logout.ts')).logout(server)));
}
