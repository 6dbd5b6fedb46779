/** `npm test` starts the first machine; CI, which may take 20 minutes, the others too. `npm run test:vm` tries everything. */
import { DOCTOR, tryMachines, WHOLE_LIFE, WHOLE_RUN } from './try.ts';

const suite = ['--suite', 'trixie'];

tryMachines([
  { name: 'Debian 13, Linux 6.12, cgroup v2', flags: suite, files: [WHOLE_RUN, WHOLE_LIFE, DOCTOR] },
  ...(process.env.CI
    ? [{ name: 'Debian 13 with systemd as PID 1', flags: [...suite, '--systemd'], files: [WHOLE_RUN] }]
    : []),
]);
