/** The files that other programs read: Vagrant, Lima, cloud-init, bash. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { findTool } from '../../../core/doctor/tools.ts';
import { page, root } from '../docs/pages.ts';

const ports = [16686, 4318];

/** Vagrant writes to its home even to validate. */
function vagrant(env: Record<string, string>): { status: number | null; said: string } {
  const home = mkdtempSync(join(tmpdir(), 'tsstep-vagrant-'));
  try {
    const { status, stdout, stderr } = spawnSync('vagrant', ['validate'], {
      cwd: root,
      encoding: 'utf8',
      env: {
        PATH: process.env.PATH,
        HOME: home,
        VAGRANT_HOME: home,
        VAGRANT_DOTFILE_PATH: join(home, 'state'),
        ...env,
      },
    });
    return { status, said: stdout + stderr };
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

describe('the Vagrantfile', () => {
  it('is valid', (test) => {
    test.skip(findTool('vagrant') === undefined, 'needs vagrant: bin/setup --test');
    expect(vagrant({ TSSTEP_BOX: 'tsstep-local' })).toEqual({
      status: 0,
      said: 'Vagrantfile validated successfully.\n',
    });
  });

  it('refuses a Vagrant that would take a box for another processor', (test) => {
    test.skip(findTool('vagrant') === undefined, 'needs vagrant: bin/setup --test');
    const { stdout } = spawnSync('vagrant', ['--version'], { encoding: 'utf8' });
    test.skip(!/ 2\.[0-3]\./.test(stdout), `needs a Vagrant before 2.4, this is ${stdout.trim()}`);
    const { status, said } = vagrant({});
    expect(status).not.toBe(0);
    expect(said).toContain('>= 2.4.0');
  });

  it('passes on the ports of Jaeger and OTLP, and knows every provider of the documentation', () => {
    const text = page('Vagrantfile');
    expect(text).toContain(`[${ports.join(', ')}]`);
    for (const provider of ['virtualbox', 'vmware_desktop', 'parallels', 'libvirt', 'qemu'])
      expect(text).toContain(`config.vm.provider "${provider}"`);
  });
});

describe('vm/lima.yaml', () => {
  const lima = parse(page('vm/lima.yaml'));

  it('mounts the checkout that the command line names, and provisions from there', () => {
    const [mount] = lima.mounts;
    expect(mount).toMatchObject({ location: '{{.Param.checkout}}', writable: false });
    expect(lima.provision[0].script).toContain(`bash ${mount.mountPoint}/vm/provision.sh`);
    expect(page('docs/vm.md')).toContain(`\`${mount.mountPoint}\``);
  });

  it('passes on the ports of Jaeger and OTLP', () => {
    expect(lima.portForwards.map(({ guestPort }: { guestPort: number }) => guestPort)).toEqual(ports);
  });
});

describe('vm/user-data.yaml', () => {
  it('is a cloud-config whose service waits for the provisioning script', () => {
    const text = page('vm/user-data.yaml');
    expect(text.split('\n')[0]).toBe('#cloud-config');
    const { write_files: files, runcmd } = parse(text);
    expect(files[0].content).toContain('until [ -e /tsstep/vm/provision.sh ]');
    // Waiting for it would be waiting for oneself: the checkout comes when cloud-init has ended.
    expect(runcmd.at(-1)).toMatch(/--no-block tsstep-provision\.service$/);
  });
});

describe('shell scripts', () => {
  const scripts = [
    'vm/provision.sh',
    'vm/build.sh',
    'vm/debian.sh',
    'test/vm/vagrant.sh',
    'test/vm/box.sh',
    'test/vm/run',
    'test/vm/inside',
  ];
  const inGuest = readdirSync(join(root, 'vm/guest')).filter((name) => !name.endsWith('.service'));

  it.each([...scripts, ...inGuest.map((name) => `vm/guest/${name}`)])(
    '%s can be read by its shell',
    (path) => {
      expect(existsSync(join(root, path))).toBe(true);
      const shell = /bash/.test(page(path).split('\n')[0] ?? '') ? 'bash' : 'sh';
      expect(spawnSync(shell, ['-n', path], { cwd: root, encoding: 'utf8' })).toMatchObject({
        status: 0,
        stderr: '',
      });
    },
  );
});
