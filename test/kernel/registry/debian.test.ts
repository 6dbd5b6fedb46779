/** A real distribution as `ubuntu`: made by mmdebstrap, pushed by tsstep, and got from a registry by everybody. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, beforeEach, expect, it } from 'vitest';
import { findImage } from '../../../core/image/store/resolve.ts';
import { output, run } from '../../support/commands.ts';
import { useDocker } from '../../support/docker.ts';
import { useNetworkOf } from '../../support/inside.ts';
import { useRegistry } from '../../support/registry.ts';
import { useSandbox } from '../../support/sandbox.ts';
import { mounted } from '../image/layers.ts';
import { treeOf } from '../image/tree.ts';

const builder = useSandbox();
const docker = useDocker(builder);
const { sandbox } = docker;
const archive = join(builder.directory, 'debian.tar.gz');
let missing: string | undefined;
beforeAll(async () => {
  // From here on this process is in a network without a way out.
  const { code } = await run(['sh', '-c', `mmdebstrap --quiet --variant=minbase bookworm ${archive}`]);
  if (code !== 0) missing = 'needs mmdebstrap and a Debian mirror';
});
// The registry is in the daemon's network: to both it is on loopback.
useNetworkOf(sandbox);
const registry = useRegistry(sandbox);
const id = 'set -e; . /etc/os-release; echo $ID';

const ubuntu = () => `${registry.host}/library/ubuntu:latest`;

beforeAll(async () => {
  if (registry.host === '' || missing !== undefined) return;
  for (const words of [
    ['import', '-c', 'CMD ["bash"]', archive, ubuntu()],
    ['push', ubuntu()],
  ]) {
    const { code, stderr } = await sandbox.tsstep(words);
    if (code !== 0) throw new Error(stderr);
  }
});
beforeEach((test) => test.skip(missing !== undefined, missing));

it('docker pulls what tsstep has pushed, and runs it', async () => {
  await docker.output('pull', '-q', ubuntu());
  expect(await docker.output('run', '--rm', '--network', 'none', ubuntu(), 'bash', '-c', id)).toBe('debian');
});

it('tsstep runs `ubuntu` from a mirror, and its files are what umoci unpacks, one by one', async () => {
  const root = join(sandbox.directory, 'pulled');
  const env = { TSSTEP_ROOT: root, TSSTEP_REGISTRY_MIRROR: `http://${registry.host}` };
  const ran = await sandbox.tsstep(['run', '--rm', 'ubuntu', 'bash', '-c', id], { env });
  expect(ran).toMatchObject({ code: 0, stdout: 'debian\n' });

  const at = join(sandbox.directory, 'umoci');
  const skopeo = ['skopeo', '--insecure-policy', 'copy', '-q', '--src-tls-verify=false'];
  await output(sandbox.enter([...skopeo, `docker://${ubuntu()}`, `oci:${at}:ubuntu`]));
  execFileSync('umoci', ['unpack', '--image', `${at}:ubuntu`, `${at}-bundle`], { stdio: 'pipe' });
  const found = await findImage(root, 'ubuntu');
  if (!('found' in found)) throw new Error('ubuntu is not found');
  const { '.': _, ...ours } = treeOf(await mounted(root, found.found));
  const { '.': __, ...umocis } = treeOf(`${at}-bundle/rootfs`);
  expect(Object.keys(ours).length).toBeGreaterThan(2000);
  expect(ours).toEqual(umocis);
});
