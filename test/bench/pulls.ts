/** Getting one image of Debian's size from a registry on loopback, and unpacking it. */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Event } from '../../tracer/events.ts';
import { output } from '../support/commands.ts';
import { TestRegistry } from '../support/registry.ts';
import type { Sandbox } from '../support/sandbox.ts';
import { absent, type Contestant, prepared, succeed } from './contestants.ts';
import { peak } from './memory.ts';
import { race } from './race.ts';

const name = 'library/debian:bench';

export async function pulls(sandbox: Sandbox, rounds: number): Promise<string> {
  const title = 'Pulling and unpacking a Debian of one layer';
  const registry = new TestRegistry(sandbox);
  try {
    await fill(sandbox, registry);
  } catch (error) {
    return await race(title, [absent('tsstep pull', String(error))], 0);
  }
  const reference = `${registry.host}/${name}`;
  const contestants = [
    tsstep(sandbox, reference),
    await podman(sandbox, reference),
    await skopeoAndUmoci(sandbox, reference),
  ];
  const times = await race(title, contestants, rounds);
  return `${times}\n\n${await memory(sandbox, reference)}`;
}

async function fill(sandbox: Sandbox, registry: TestRegistry): Promise<void> {
  const tar = join(sandbox.directory, 'debian.tar.gz');
  await output(['mmdebstrap', '--quiet', '--variant=minbase', 'bookworm', tar]);
  await registry.start();
  await succeed(sandbox, [join(process.cwd(), 'bin/tsstep'), 'import', tar, 'debian:bench']);
  await registry.fill(`oci:${sandbox.root}/images:docker.io/${name}`, name);
}

/** A place of its own that is empty each time. */
const emptied = (sandbox: Sandbox, folder: string): string => {
  const path = join(sandbox.directory, folder);
  if (existsSync(path)) rmSync(path, { recursive: true });
  return path;
};

function tsstep(sandbox: Sandbox, reference: string): Contestant {
  const program = join(process.cwd(), 'bin/tsstep');
  return {
    name: 'tsstep pull',
    run: () =>
      succeed(sandbox, [
        'env',
        `TSSTEP_ROOT=${emptied(sandbox, 'pulled')}`,
        program,
        'pull',
        '-q',
        reference,
      ]),
  };
}

async function podman(sandbox: Sandbox, reference: string): Promise<Contestant> {
  const run = () => {
    const at = emptied(sandbox, 'podman');
    const places = ['--root', `${at}/root`, '--runroot', `${at}/run`, '--tmpdir', `${at}/tmp`];
    return succeed(sandbox, ['podman', ...places, 'pull', '-q', '--tls-verify=false', reference]);
  };
  return await prepared('podman pull', sandbox, 'podman --version', run);
}

async function skopeoAndUmoci(sandbox: Sandbox, reference: string): Promise<Contestant> {
  const run = () => {
    const at = emptied(sandbox, 'umoci');
    const copy = `skopeo --insecure-policy copy -q --src-tls-verify=false docker://${reference} oci:${at}/layout:debian`;
    return succeed(sandbox, [
      'sh',
      '-ec',
      `mkdir ${at}; ${copy}; umoci unpack --image ${at}/layout:debian ${at}/bundle`,
    ]);
  };
  return await prepared('skopeo copy, umoci unpack', sandbox, 'skopeo --version; umoci --version', run);
}

async function memory(sandbox: Sandbox, reference: string): Promise<string> {
  const env = { TSSTEP_ROOT: emptied(sandbox, 'pulled') };
  const pull = sandbox.startTsstep(['pull', '-q', reference], { env, events: true });
  await pull.event('the image’s name', (event): event is Event => event.type === 'stage-left');
  const most = peak(pull.pid);
  await pull.ended;
  return `Peak memory of \`tsstep pull\`: ${most}, with every event recorded.`;
}
