/** The virtual machines that `npm test` starts, and what each of them tries. `npm run test:vm` tries everything. */

export interface Machine {
  name: string;
  /** Of `tsstep vm run`. */
  flags: readonly string[];
  files: readonly string[];
}

/** A run with all that can be asked of it. */
const small = ['kernel/whole-run'];

/** CI may take 20 minutes, and an emulated processor takes twenty times as long as this one: docs/vm.md has the times. */
const all = Boolean(process.env.CI);

const first: Machine = {
  name: 'Debian 13, Linux 6.12, cgroup v2',
  flags: ['--suite', 'trixie'],
  files: [...small, 'vm/guest', ...(all ? ['kernel/cgroup'] : [])],
};

const others: readonly Machine[] = [
  { name: 'Debian 13 with systemd as PID 1', flags: ['--suite', 'trixie', '--systemd'], files: small },
  { name: 'Debian 12, Linux 6.1, cgroup v2', flags: ['--suite', 'bookworm'], files: small },
  {
    name: 'Debian 12, Linux 6.1, cgroup v1 alone',
    flags: ['--suite', 'bookworm', '--cgroups', 'v1'],
    files: ['vm/guest'],
  },
];

export const machines: readonly Machine[] = all ? [first, ...others] : [first];
