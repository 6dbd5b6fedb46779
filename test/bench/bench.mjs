// `npm run bench [rounds]`: how long a container takes with tsstep, docker, podman and runc, measured side by side on this
// machine; what looking costs; how much memory it takes. Prints Markdown.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const outfile = join(import.meta.dirname, '../../dist/bench.mjs');

/** The sandbox is the tests' own; the hooks that it offers to them are never called here. */
const hooks = 'export const afterAll = () => {}, beforeAll = afterAll, beforeEach = afterAll;';

await build({
  entryPoints: [join(import.meta.dirname, 'main.ts')],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  define: { 'import.meta.dirname': JSON.stringify(import.meta.dirname) },
  plugins: [
    {
      name: 'no-vitest',
      setup({ onResolve, onLoad }) {
        onResolve({ filter: /^vitest$/ }, () => ({ path: 'vitest', namespace: 'hooks' }));
        onLoad({ filter: /.*/, namespace: 'hooks' }, () => ({ contents: hooks }));
      },
    },
  ],
});
try {
  const { bench } = await import(outfile);
  process.exitCode = await bench(Number(process.argv[2] ?? 20));
} finally {
  rmSync(outfile, { force: true });
}
