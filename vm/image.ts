/** The image that machines are started from: built once of Debian packages (vm/build.sh), and again when its recipe changes. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tolerating } from '../core/kernel/errno.ts';
import { withLock } from '../core/kernel/fs.ts';
import { vmFailed } from './failure.ts';
import { architecture, type BootFiles, bootFiles, checkout, imageDirectory, type Shape } from './shape.ts';

/** Whatever goes into the image, besides Debian's packages. The checkout itself is shared, not copied. */
function recipe(): string {
  const folder = (name: string) => readdirSync(join(checkout, name)).map((file) => join(name, file));
  const certificates = tolerating(['ENOENT'], () => folder('vm/ca-certificates')) ?? [];
  const scripts = ['vm/build.sh', 'vm/debian.sh', 'vm/provision.sh', 'bin/setup'];
  const files = [...scripts, ...folder('vm/guest').sort(), ...certificates.sort()];
  const { TSSTEP_IMAGES, TSSTEP_REGISTRY_MIRROR } = process.env;
  const hash = createHash('sha256').update(JSON.stringify([TSSTEP_IMAGES, TSSTEP_REGISTRY_MIRROR]));
  for (const file of files) hash.update(file).update(readFileSync(join(checkout, file)));
  return hash.digest('hex');
}

/** The image of a release, built if it is not there or out of date. @throws TsstepError vm */
export async function readyImage(suite: Shape['suite']): Promise<BootFiles> {
  const directory = imageDirectory(suite);
  const files = bootFiles(directory);
  await withLock(`${directory}.lock`, () => {
    const digest = recipe();
    const built = tolerating(['ENOENT'], () => readFileSync(files.digest, 'utf8'));
    if (built === digest) return;
    build(suite, directory);
    writeFileSync(files.digest, digest);
  });
  return files;
}

function build(suite: Shape['suite'], directory: string): void {
  // Mounts and processes go with the namespaces, and these with this program, however it ends.
  const alone = [
    '--pdeathsig',
    'KILL',
    'unshare',
    '--mount',
    '--pid',
    '--fork',
    '--kill-child',
    '--mount-proc',
  ];
  const script = [join(checkout, 'vm/build.sh'), suite, architecture, directory, checkout];
  const { status, error } = spawnSync('setpriv', [...alone, '--propagation', 'private', ...script], {
    stdio: ['ignore', 2, 2],
  });
  if (status === 0) return;
  throw vmFailed(
    `the image of Debian ${suite} could not be built`,
    error?.message ?? `vm/build.sh ended with exit code ${status}, see above`,
    'it needs a Debian mirror and the npm registry; TSSTEP_VM_MIRROR=http://… names another mirror',
  );
}
