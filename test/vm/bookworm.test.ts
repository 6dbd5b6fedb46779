/** Beside trixie.test.ts: an emulated machine keeps one processor busy. Without CI there is one machine, and it is over there. */
import { it } from 'vitest';
import { DOCTOR, tryMachines, WHOLE_RUN } from './try.ts';

const suite = ['--suite', 'bookworm'];

if (process.env.CI) {
  tryMachines([
    { name: 'Debian 12, Linux 6.1, cgroup v2', flags: suite, files: [WHOLE_RUN] },
    { name: 'Debian 12, Linux 6.1, cgroup v1 alone', flags: [...suite, '--cgroups', 'v1'], files: [DOCTOR] },
  ]);
} else {
  it('Debian 12, Linux 6.1', (test) => test.skip('takes some minutes more: CI=1 npm test'));
}
