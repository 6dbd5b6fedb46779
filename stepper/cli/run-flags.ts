/** Docker's flags of `run`, as commander sees them: `tsstep run` and `tsstep plan run` share them. */
import { type Command, Option } from 'commander';
import type { RunFlags } from '../../core/spec/flags.ts';

export type { RunFlags };

const several = (value: string, before: readonly string[] = []) => [...before, value];

/** Flags, help, and whether it may be repeated; in groups, in the order of the help. */
const groups: Readonly<
  Record<string, readonly (readonly [flags: string, help: string, repeat?: 'repeat'])[]>
> = {
  'Container:': [
    ['--name <name>', 'give the container a name; otherwise one is made up'],
    ['--rm', 'remove the container and its anonymous volumes when it exits'],
    ['-i, --interactive', 'pass standard input on to the command'],
    ['-t, --tty', 'give the command a pseudo-terminal'],
    ['-d, --detach', 'run in the background and print the container’s ID'],
    ['--restart <policy>', 'start it again when it ends: no, on-failure[:n], always, unless-stopped'],
    ['--stop-signal <signal>', 'signal that asks the command to end (the image’s, or SIGTERM)'],
    ['--stop-timeout <seconds>', 'how long it may take before it is killed (10)'],
    ['--log-opt <name=value>', 'how much output is kept: max-size=10m, max-file=3', 'repeat'],
    ['-l, --label <name=value>', 'attach a label', 'repeat'],
    ['--label-file <file>', 'attach the labels of a file, one a line', 'repeat'],
  ],
  'Image:': [
    ['--pull <when>', 'ask the registry always, never, or only for a missing image (missing)'],
    ['--platform <os/arch>', 'take the image for this platform, like linux/arm64'],
    [
      '--insecure-registry <host:port>',
      'accept plain HTTP and unknown certificates from this host or network',
      'repeat',
    ],
  ],
  'Process:': [
    ['--entrypoint <command>', 'run this in place of the image’s entrypoint and command'],
    ['-e, --env <name=value>', 'set a variable; NAME alone passes on the one of this shell', 'repeat'],
    ['--env-file <file>', 'set the variables of a file, one a line', 'repeat'],
    ['-w, --workdir <path>', 'directory in the container to start in'],
    ['-u, --user <user[:group]>', 'run as this user, by name or number'],
    ['--group-add <group>', 'join another group, by name or number', 'repeat'],
    ['--ulimit <name=soft[:hard]>', 'set a resource limit, like nofile=1024:2048', 'repeat'],
    ['--init', 'run a small init in front of the command: it passes signals on and reaps orphans'],
  ],
  'Filesystem:': [
    ['-v, --volume <[source:]target[:modes]>', 'mount a host directory or a volume', 'repeat'],
    ['--mount <key=value,…>', 'mount a host directory, a volume or a tmpfs, spelt out', 'repeat'],
    ['--volumes-from <container[:ro]>', 'mount what another container has mounted', 'repeat'],
    ['--tmpfs <target[:options]>', 'mount an empty directory that lives in memory', 'repeat'],
    ['--read-only', 'make the container’s root filesystem read-only'],
    ['--shm-size <size>', 'size of /dev/shm (64m unless given)'],
  ],
  'Health:': [
    ['--health-cmd <command>', 'shell command that ends with 0 while the container is well'],
    ['--health-interval <duration>', 'time between two checks (30s)'],
    ['--health-retries <number>', 'failures in a row that make it unhealthy (3)'],
    ['--health-start-period <duration>', 'time in which failures do not count'],
    ['--health-timeout <duration>', 'time that a check may take (30s)'],
    ['--no-healthcheck', 'no check, not even the image’s'],
  ],
  'Network:': [
    [
      '--network <mode>',
      'bridge (the default), host, none, container:NAME or a network of your own',
      'repeat',
    ],
    ['--ip <address>', 'take this address of a network of your own'],
    ['--network-alias <name>', 'one more name for the network’s other containers', 'repeat'],
    [
      '-p, --publish <[ip:][host:]port[/udp]>',
      'make a port of the container reachable on the host',
      'repeat',
    ],
    ['-h, --hostname <name>', 'host name that the container sees'],
    ['--add-host <name:ip>', 'add a line to the container’s /etc/hosts', 'repeat'],
    ['--dns <ip>', 'ask this name server', 'repeat'],
  ],
  'Namespaces:': [
    ['--pid <mode>', 'host or container:NAME in place of process ids of its own'],
    ['--ipc <mode>', 'host or container:NAME in place of shared memory of its own'],
    ['--uts <mode>', 'host in place of a host name of its own'],
  ],
  'Limits:': [
    ['-m, --memory <size>', 'memory limit, at least 6m'],
    ['--memory-swap <size>', 'limit of memory and swap together, -1 for none'],
    ['--cpus <number>', 'CPUs’ worth of time, like 0.5'],
    ['-c, --cpu-shares <weight>', 'weight when CPUs are short, 1024 is usual'],
    ['--cpuset-cpus <list>', 'CPUs to run on, like 0-2,5'],
    ['--pids-limit <number>', 'limit of processes and threads, -1 for none'],
  ],
  'Security:': [
    ['--cap-add <capability>', 'grant a capability', 'repeat'],
    ['--cap-drop <capability>', 'take a capability away', 'repeat'],
    ['--security-opt <option>', 'no-new-privileges, seccomp=unconfined or apparmor=unconfined', 'repeat'],
    ['--privileged', 'grant everything (not supported yet)'],
  ],
};

/**
 * Declares docker's flags, IMAGE and COMMAND on `command`. Everything behind IMAGE is the container's and stays as it is, which
 * commander grants only when every parent has called `enablePositionalOptions()` before.
 */
export function addRunFlags(command: Command): Command {
  for (const [heading, flags] of Object.entries(groups)) {
    for (const [spelling, help, repeat] of flags) {
      const option = new Option(spelling, help).helpGroup(heading);
      command.addOption(repeat ? option.argParser(several) : option);
    }
  }
  // commander takes what can be denied for granted.
  command.setOptionValue('healthcheck', undefined);
  return (
    command
      .addOption(new Option('--net <mode>').argParser(several).hideHelp())
      // -h is --hostname here, as in docker.
      .helpOption('--help', 'show this help')
      .argument('<image>', 'image to run')
      .argument('[command...]', 'command and its arguments, in place of the image’s')
      .usage('[options] IMAGE [COMMAND] [ARG...]')
      .passThroughOptions()
  );
}
