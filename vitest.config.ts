import { existsSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

// `tsstep vm` has it. In there, tests may break the machine; out here, they start such machines.
const isVirtual = existsSync('/usr/local/lib/tsstep-vm');

export default defineConfig({
  test: {
    // A native module and process-wide state (cwd, umask, namespaces): worker threads would share both.
    pool: 'forks',
    // The runner's own summary comes last.
    reporters: ['./test/support/skips.ts', 'default'],
    projects: [
      {
        extends: true,
        // Property tests take their time on a busy machine; none of them measures it.
        test: { name: 'unit', include: ['test/unit/**/*.test.ts'], testTimeout: 60_000 },
      },
      {
        extends: true,
        test: {
          name: 'kernel',
          include: ['test/kernel/**/*.test.ts'],
          globalSetup: './test/support/build.ts',
          setupFiles: './test/support/root.ts',
          // There is one host: bridges, nft tables and cgroups of two files would see each other.
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: isVirtual
          ? {
              name: 'guest',
              include: ['test/vm/guest/**/*.test.ts'],
              maxWorkers: 1,
              sequence: { groupOrder: 2 },
            }
          : {
              name: 'vm',
              include: ['test/vm/*.test.ts'],
              globalSetup: './test/vm/ahead.ts',
              maxWorkers: 2,
              sequence: { groupOrder: 2 },
            },
      },
    ],
  },
});
