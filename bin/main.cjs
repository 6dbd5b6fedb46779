'use strict';
// Kept to syntax that Node 12 (Ubuntu 22.04's) can parse: the bundle is not, and would die of a SyntaxError instead.
const version = process.versions.node;
const [major, minor] = version.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(
    `tsstep: ${process.execPath} is Node ${version}, and tsstep needs 20.19 or newer. ` +
      'Put a newer Node first on the PATH: https://nodejs.org/en/download',
  );
  process.exit(1);
}
require('../dist/tsstep.cjs');
