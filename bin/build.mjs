// Bundles the three programs: the CLI, init (PID 1 of a container), and what keeps a detached one. And a library that the CLI rarely needs. See docs/decisions/0001-house.md.
import { mkdirSync, renameSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..');
const dist = join(root, 'dist');
const started = new Date();

// esbuild has already shown what is wrong and where; its stack trace would only push that off the screen.
const failed = () => process.exit(1);

const { outputFiles } = await build({
  absWorkingDir: root,
  entryPoints: {
    tsstep: 'stepper/main.ts',
    init: 'core/init/main.ts',
    supervisor: 'core/supervisor/main.ts',
    undici: 'undici',
  },
  outdir: dist,
  outExtension: { '.js': '.cjs' },
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  // CommonJS has no import.meta. A bundle sits in dist/, so its own folder is what these become.
  define: { 'import.meta.dirname': '__dirname', 'import.meta.filename': '__filename' },
  legalComments: 'none',
  logLevel: 'warning',
  write: false,
  plugins: [
    {
      // As large as all of tsstep: reading past it would cost every command 20 ms, and only what asks a registry needs it.
      name: 'undici-apart',
      setup: ({ onResolve }) =>
        onResolve({ filter: /^undici$/ }, ({ kind }) =>
          kind === 'entry-point' ? undefined : { path: './undici.cjs', external: true },
        ),
    },
  ],
}).catch(failed);

mkdirSync(dist, { recursive: true });
for (const { path, contents } of outputFiles) replace(path, contents);

// Dated at the start: a source edited while esbuild ran is newer than the stamp, and is built next time.
const stamp = join(dist, '.stamp');
replace(stamp, '');
utimesSync(stamp, started, started);

/** A container started during the build finds the old program or the new one, never half of one. */
function replace(/** @type {string} */ path, /** @type {string | Uint8Array} */ contents) {
  writeFileSync(`${path}.new`, contents);
  renameSync(`${path}.new`, path);
}
