import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { bootedAt, bootId } from '../../../core/kernel/proc.ts';
import { containerFiles } from '../../../core/paths.ts';
import { type ContainerState, readContainer, writeState } from '../../../core/store/containers.ts';

const root = mkdtempSync(join(tmpdir(), 'tsstep-boot-'));
afterAll(() => rmSync(root, { recursive: true }));

const id = 'a'.repeat(64);
mkdirSync(containerFiles(root, id).directory, { recursive: true });
writeFileSync(containerFiles(root, id).config, '{}');

const gone = { pid: 2 ** 22, startTime: '1' };

function seen(state: Partial<ContainerState>): ContainerState | undefined {
  writeState(root, id, { status: 'running', run: 'r', supervisor: gone, process: gone, ...state });
  return readContainer(root, id)?.state;
}

describe('a container whose supervisor is gone', () => {
  it.each(['running', 'paused', 'restarting'] as const)(
    'was %s in an earlier boot: it has ended with it',
    (status) => {
      const state = seen({ status, boot: 'earlier', ports: { '0.0.0.0:80/tcp': 80 } });
      expect(state).toMatchObject({ status: 'exited', exitCode: 255, finishedAt: bootedAt() });
      expect(state).not.toHaveProperty('process');
      expect(state).not.toHaveProperty('ports');
    },
  );

  it('is dead in this boot, and where nobody knows of which it is', () => {
    expect(seen({ boot: bootId() })?.status).toBe('dead');
    expect(seen({})?.status).toBe('dead');
  });

  it('is dead when it was half made', () => {
    expect(seen({ status: 'creating', boot: 'earlier' })?.status).toBe('dead');
  });

  it('and that had ended before stays as it was', () => {
    expect(seen({ status: 'exited', exitCode: 3, boot: 'earlier' })).toMatchObject({
      status: 'exited',
      exitCode: 3,
    });
  });
});
