/** The commands about networks. Only declared here; what they do is loaded when it is asked for. */
import type { Command } from 'commander';

type Done = (code: number) => void;

const several = (value: string, before: readonly string[] = []): string[] => [...before, value];

function declareMaking(network: Command, done: Done): void {
  network
    .command('create')
    .summary('make a network')
    .description('Makes a network, whose containers find each other by name, and prints its ID.')
    .argument('<new-name>', 'what to call it')
    .option('-d, --driver <driver>', 'bridge, the only one', 'bridge')
    .option('--subnet <block>', 'its addresses, like 10.9.0.0/24; any that are free, unless told', several)
    .option('--gateway <address>', 'the bridge’s own address (the subnet’s first)', several)
    .option('--ip-range <block>', 'choose containers’ addresses from this part of the subnet', several)
    .option('--internal', 'no way out, and none in')
    .option('--ipv6', 'IPv6 as well (not supported)')
    .option('--label <name=value>', 'attach a label (repeatable)', several)
    .option('-o, --opt <name=value>', 'an option of the driver (repeatable)', several)
    .action(async (name, flags) => done(await (await import('./network/create.ts')).create(name, flags)));
  network
    .command('rm')
    .alias('remove')
    .summary('remove networks')
    .description('Removes networks that no running container is in.')
    .argument('<network...>', 'names or IDs, which may be shortened')
    .action(async (names) => done(await (await import('./network/rm.ts')).rm(names)));
  network
    .command('prune')
    .summary('remove networks that nobody uses')
    .description('Removes all networks of your own that no running container is in.')
    .option('-f, --force', 'do not ask')
    .option('--filter <filter>', 'only those: until=24h, label=NAME, label!=NAME (repeatable)', several)
    .action(async (flags) => done(await (await import('./network/rm.ts')).prune(flags)));
}

function declareLooking(network: Command, done: Done): void {
  network
    .command('ls')
    .alias('list')
    .summary('list networks')
    .description('Lists docker’s three networks and those of your own.')
    .option('-q, --quiet', 'IDs only')
    .option('--no-trunc', 'whole IDs')
    .option('-f, --filter <filter>', 'only those: driver=bridge, name=shop, label=NAME (repeatable)', several)
    .option('--format <format>', 'json, or a template like {{.ID}} {{.Name}}')
    .action(async (flags) => done((await import('./network/ls.ts')).ls(flags)));
  network
    .command('inspect')
    .summary('show everything about networks, as JSON')
    .description('Shows what tsstep knows about each network, in the words of docker network inspect.')
    .argument('<network...>', 'names or IDs, which may be shortened')
    .option('-f, --format <template>', 'only this: {{.Id}}, {{json .IPAM}}')
    .option('-v, --verbose', 'as with docker, where it only adds to swarm networks')
    .action(async (names, flags) => done(await (await import('./network/inspect.ts')).inspect(names, flags)));
}

/** `done` gets the exit code. */
export function declareNetworks(program: Command, done: Done): void {
  const network = program
    .command('network')
    .summary('make, list and remove networks, put containers into them')
    .description('Looks after networks: those of your own, and docker’s three.')
    .enablePositionalOptions();
  declareMaking(network, done);
  declareLooking(network, done);
}
