import { randomBytes } from 'node:crypto';
import { parseLabels } from '../../../core/spec/label.ts';
import { parseVolumeName } from '../../../core/spec/target.ts';
import { unsupported } from '../../../core/spec/usage.ts';
import { createVolume } from '../../../core/store/volumes.ts';
import { forEach, openStateAsRoot } from '../state.ts';

interface Flags {
  driver: string;
  label?: readonly string[];
  opt?: readonly string[];
}

/** Prints the name. One that is there already stays as it is, as with docker. */
export async function create(wanted: string | undefined, flags: Flags): Promise<number> {
  const { root } = openStateAsRoot('volume create');
  return await forEach([wanted ?? randomBytes(32).toString('hex')], async (name) => {
    parseVolumeName('volume create', name, name);
    refuse(flags);
    await createVolume(root, name, parseLabels({ label: flags.label ?? [] }));
    process.stdout.write(`${name}\n`);
  });
}

function refuse({ driver, opt = [] }: Flags): void {
  if (driver !== 'local') {
    const why = `error looking up volume plugin ${driver}: tsstep has no plugins`;
    throw unsupported(
      `--driver ${driver}`,
      why,
      'leave --driver away: volumes are directories of this machine',
    );
  }
  if (opt.length > 0) {
    const why = 'a volume is a directory here, and nothing is mounted on it';
    const remedy = 'mount it on the host, and give the directory to -v; for memory, --mount type=tmpfs';
    throw unsupported(`--opt ${opt.join(' --opt ')}`, why, remedy);
  }
}
