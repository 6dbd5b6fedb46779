import { mkdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { failureOf } from '../../../core/errors.ts';
import { containerFiles } from '../../../core/paths.ts';
import { startSupervising } from '../../../stepper/lifecycle/supervising.ts';
import { temporaryRoot } from '../image/tars.ts';

const id = 'a'.repeat(64);

async function handing(...words: string[]) {
  const root = temporaryRoot();
  mkdirSync(containerFiles(root, id).directory, { recursive: true });
  const failure = await startSupervising(root, id, words).then(
    () => undefined,
    (error: unknown) => failureOf(error),
  );
  return { failure, log: readFileSync(containerFiles(root, id).supervisorLog, 'utf8') };
}

describe('who goes on with a container', () => {
  it('has it as soon as it says so, however soon it ends then', async () => {
    expect(await handing('sh', '-c', 'echo ready >&3')).toEqual({ failure: undefined, log: '' });
  });

  it('does not have it when it ends without a word, and what it says is kept', async () => {
    const { failure, log } = await handing('sh', '-c', 'echo no memory >&2; exit 0');
    expect(log).toBe('no memory\n');
    expect(failure?.why).toBe('it ended before it had the container');
  });

  it('does not have it when it cannot even be started', async () => {
    expect((await handing('/no/such/program')).failure?.why).toContain('ENOENT');
  });
});
