import { existsSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

// `tsstep vm` has it. In there, tests may break the machine; out here, they start such machines.
const isVirtual = existsSync('/usr/local/lib/tsstep-vm');

const onKernel = {
  globalSetup: './test/support/build.ts',
  setupFiles: './test/support/root.ts',
  testTimeout: 120_000,
  hookTimeout: 120_000,
};

/** Without it, a machine with two processors would use one. */
const sideBySide = { maxWorkers: 2, sequence: { groupOrder: 0 } };

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
        test: { name: 'unit', include: ['test/unit/**/*.test.ts'], testTimeout: 60_000, ...sideBySide },
      },
      {
        extends: true,
        // Images and registries: mostly files below a directory of their own, so they run beside others.
        test: {
          name: 'images',
          include: ['test/kernel/{image,registry}/**/*.test.ts'],
          ...onKernel,
          ...sideBySide,
        },
      },
      {
        extends: true,
        test: {
          name: 'kernel',
          include: ['test/kernel/*.test.ts'],
          ...onKernel,
          // There is one host: bridges, nft tables and cgroups of two files would see each other.
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
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
