import { describe, expect, it } from 'vitest';
import { parseLdd } from '../../../core/image/host/libraries.ts';

describe('what ldd says', () => {
  it('of glibc: libraries and the loader, without the kernel’s own', () => {
    const said = `	linux-vdso.so.1 (0x00007fc5c2699000)
	libtinfo.so.6 => /lib/x86_64-linux-gnu/libtinfo.so.6 (0x00007fc5c2514000)
	/lib64/ld-linux-x86-64.so.2 (0x00007fc5c269b000)
`;
    const libraries = ['/lib/x86_64-linux-gnu/libtinfo.so.6', '/lib64/ld-linux-x86-64.so.2'];
    expect(parseLdd(said, '/bin/bash')).toEqual(libraries);
  });

  it('of musl, whose loader is its C library', () => {
    const said = `	/lib/ld-musl-x86_64.so.1 (0x7f8a4c000000)
	libreadline.so.8 => /usr/lib/libreadline.so.8 (0x7f8a4bf00000)
	libc.musl-x86_64.so.1 => /lib/ld-musl-x86_64.so.1 (0x7f8a4c000000)
`;
    expect(new Set(parseLdd(said, '/bin/bash'))).toEqual(
      new Set(['/lib/ld-musl-x86_64.so.1', '/usr/lib/libreadline.so.8']),
    );
  });

  it('of a program that does not start here either is an error', () => {
    expect(() => parseLdd('	libgone.so.1 => not found\n', '/bin/x')).toThrow('libgone.so.1');
  });
});
