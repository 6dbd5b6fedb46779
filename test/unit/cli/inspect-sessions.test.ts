import { describe, expect, it } from 'vitest';
import { kernelFacts } from '../../../stepper/cli/inspect/kernel.ts';
import { stagesOf } from '../../../stepper/cli/inspect/sessions.ts';

const lines = (...events: readonly object[]): string =>
  events.map((event) => `${JSON.stringify(event)}\n`).join('');
const at = (stage: string, index: number, name: string) => ({ stage, index, name });

describe('the stages of a session', () => {
  it('are what its journal says, each with its operations', () => {
    const journal = lines(
      { type: 'operation-started', ...at('overlay', 0, 'mount') },
      { type: 'operation-ended', ok: true, nanoseconds: 2e6, ...at('overlay', 0, 'mount') },
      { type: 'operation-started', ...at('overlay', 1, 'again') },
      { type: 'operation-ended', ok: true, nanoseconds: 5e5, ...at('overlay', 1, 'again') },
      { type: 'operation-started', ...at('network', 0, 'veth') },
      { type: 'operation-ended', ok: true, nanoseconds: 1e6, ...at('network', 0, 'veth') },
      { type: 'operation-undone', nanoseconds: 9e6, ...at('network', 0, 'veth') },
      { type: 'operation-started', ...at('exec', 0, 'execve') },
      { type: 'operation-ended', ok: false, nanoseconds: 1e6, ...at('exec', 0, 'execve') },
      { type: 'operation-started', ...at('env', 0, 'chdir') },
    );
    expect(stagesOf(`${journal}{"type":"cut`)).toMatchObject([
      {
        Name: 'overlay',
        State: 'done',
        Milliseconds: 2.5,
        Operations: [{ Name: 'mount' }, { Name: 'again' }],
      },
      { Name: 'network', State: 'undone', Milliseconds: 1 },
      { Name: 'exec', State: 'failed' },
      { Name: 'env', State: 'begun', Milliseconds: 0 },
    ]);
  });
});

describe('the kernel’s facts', () => {
  it('are those of the process', () => {
    expect(kernelFacts(process.pid)).toMatchObject({
      Pid: process.pid,
      Namespaces: { net: expect.any(Number) },
      RootMount: expect.stringContaining(' / '),
      Capabilities: { Effective: expect.any(Array) },
    });
  });

  it('are none without one', () => {
    expect(kernelFacts(0)).toBeNull();
    expect(kernelFacts(2 ** 22 + 1)).toBeNull();
  });
});
