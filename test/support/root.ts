import { beforeEach } from 'vitest';

beforeEach((test) => {
  test.skip(process.getuid?.() !== 0, 'needs root: it makes real namespaces, mounts and bridges');
});
