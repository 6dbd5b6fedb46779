/** Builds the machines while other tests run: it takes minutes, and mostly waits for packages and disks. Who needs one waits for it. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { missingHostTools } from '../../vm/host-tools.ts';

const program = join(import.meta.dirname, '../../bin/tsstep');
const suites = process.env.CI ? ['trixie', 'bookworm'] : ['trixie'];

export default function build(): (() => void) | undefined {
  if (process.getuid?.() !== 0 || missingHostTools().length > 0) return undefined;
  const script = suites.map((suite) => `${program} vm build --suite ${suite}`).join('; ');
  // What goes wrong is told by the test that needs the machine: it builds it then.
  const builder = spawn('setpriv', ['--pdeathsig', 'TERM', 'nice', 'sh', '-c', script], { stdio: 'ignore' });
  return () => void builder.kill();
}
