import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** Kernel tests run bin/tsstep as it is built: without this, `npx vitest` would test the code of yesterday. */
export default function build() {
  const setup = join(import.meta.dirname, '../../bin/setup');
  execFileSync(setup, ['--build'], { stdio: ['ignore', 'inherit', 'inherit'] });
}
