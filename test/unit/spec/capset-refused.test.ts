import { describe, expect, it } from 'vitest';
import { explain } from '../../../core/explain/explain.ts';
import type { Operation } from '../../../core/operation.ts';
import { effectiveCapabilities } from '../../../core/spec/capabilities.ts';

const refused = (...[add, drop]: Parameters<typeof effectiveCapabilities>) =>
  explain(
    {
      kind: 'capset',
      name: 'capabilities',
      capabilities: effectiveCapabilities(add, drop),
    } as unknown as Operation,
    'capset',
    'EPERM',
  );

describe('a host that lacks a capability which is to be given', () => {
  it('is told of --privileged where all are', () => {
    const { why, remedy } = refused(['ALL'], []);
    expect(why).toContain('--privileged');
    expect(remedy).toContain('without --privileged');
    expect(remedy).not.toContain('leave out --cap-add');
  });

  it('is told of those that --cap-add names', () => {
    const { why, remedy } = refused(['SYS_ADMIN'], []);
    expect(why).toContain('SYS_ADMIN');
    expect(remedy).toContain('leave out --cap-add');
  });

  it('is told of no flag where nobody gave one', () => {
    const { why, remedy } = refused([], []);
    expect(`${why} ${remedy}`).not.toMatch(/--cap-add|--privileged/);
  });
});
