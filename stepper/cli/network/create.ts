/** `tsstep network create`: prints the new network’s ID. */
import { TsstepError } from '../../../core/errors.ts';
import { createNetwork } from '../../../core/network/create.ts';
import { parseLabels } from '../../../core/spec/label.ts';
import { makeStateDirectories } from '../../../core/store/state-directory.ts';
import { openStateAsRoot } from '../state.ts';

interface Flags {
  driver: string;
  subnet?: readonly string[];
  gateway?: readonly string[];
  ipRange?: readonly string[];
  internal?: boolean;
  ipv6?: boolean;
  label?: readonly string[];
  opt?: readonly string[];
}

const refuse = (what: string, why: string, remedy: string): TsstepError =>
  new TsstepError({ code: 'network', what, why, remedy, exit: 1 });

function onlyOne(flag: string, values: readonly string[] = []): string | undefined {
  if (values.length > 1)
    throw refuse(
      `${flag} ${values[1]}: there is one already`,
      'a network has one subnet',
      `keep one ${flag}`,
    );
  return values[0];
}

function checkDriver(driver: string): void {
  if (driver === 'bridge') return;
  if (driver === 'host' || driver === 'null')
    throw refuse(
      `only one instance of "${driver}" network is allowed`,
      'it is there already',
      `--network ${driver === 'null' ? 'none' : 'host'}`,
    );
  throw refuse(
    `plugin "${driver}" not found`,
    'tsstep makes networks of driver bridge',
    'leave --driver out',
  );
}

export async function create(name: string, flags: Flags): Promise<number> {
  const places = openStateAsRoot('network create');
  checkDriver(flags.driver);
  if (flags.ipv6)
    throw refuse('--ipv6 is not supported', 'tsstep’s networks speak IPv4 only', 'leave it out');
  makeStateDirectories(places);
  const { id } = await createNetwork(places, {
    name,
    subnet: onlyOne('--subnet', flags.subnet),
    gateway: onlyOne('--gateway', flags.gateway),
    range: onlyOne('--ip-range', flags.ipRange),
    internal: flags.internal ?? false,
    labels: parseLabels({ label: flags.label ?? [] }),
    options: Object.fromEntries((flags.opt ?? []).map(optionOf)),
  });
  process.stdout.write(`${id}\n`);
  return 0;
}

function optionOf(text: string): [string, string] {
  const equals = text.indexOf('=');
  return equals < 0 ? [text, ''] : [text.slice(0, equals), text.slice(equals + 1)];
}
