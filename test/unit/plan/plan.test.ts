import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { planJson } from '../../../stepper/plan/json.ts';
import { placeholders } from '../../../stepper/plan/placeholders.ts';
import { planScript } from '../../../stepper/plan/sh/script.ts';
import { planText } from '../../../stepper/plan/text.ts';
import type { Plan } from '../../../stepper/plan/walk.ts';
import { wrap } from '../../../stepper/plan/wrap.ts';
import { planOf } from './fixed.ts';

const golden = (name: string): string => join(import.meta.dirname, 'golden', name);
const named = ({ stages }: Plan, name: string) =>
  stages.flatMap(({ operations }) => operations).find(({ operation }) => operation.name === name);
const shellWords = ['-u', '1000', '-p', '80:80'];

describe('a plan of `lab true` on a machine without images', () => {
  it.each([
    ['lab-true.txt', (plan: Plan) => planText(plan, true)],
    ['lab-true.sh', (plan: Plan) => planScript(plan, ['plan', 'run', '--format', 'sh', 'lab', 'true'])],
  ])('reads like %s', async (file, print) => {
    await expect(print(await planOf({}, ['true']))).toMatchFileSnapshot(golden(file));
  });

  it('is the same each time', async () => {
    expect(planJson(await planOf({}, ['true']))).toBe(planJson(await planOf({}, ['true'])));
  });

  it('builds the image, and then unpacks its layers', async () => {
    const { stages } = await planOf({}, ['true']);
    const names = stages[0]?.operations.map(({ operation }) => operation.name);
    expect(names).toEqual(['resolve', 'build', ...[1, 2, 3, 4, 5].map((n) => `unpack-${n}`)]);
  });

  it('fits 80 columns wherever there is a space to break at', async () => {
    const lines = planText(await planOf({ publish: ['80:80'] }, ['true']), true).split('\n');
    expect(lines.filter((line) => line.length > 80 && line.trim().includes(' '))).toEqual([]);
  });
});

describe('predictions', () => {
  it('look a user up in the files that the built-in image will have', async () => {
    const plan = await planOf({ user: 'student' }, ['true']);
    expect(plan.known.user).toEqual({
      uid: 1000,
      gid: 1000,
      groups: [1000, 2000],
      home: '/home/student',
      name: 'student',
    });
    expect(named(plan, 'user')?.prediction).toMatchObject({ sure: true });
  });

  it('refuse a user that the image does not have, as the run would', async () => {
    await expect(planOf({ user: 'nobody-like-that' }, ['true'])).rejects.toMatchObject({
      failure: { code: 'no-such-user' },
    });
  });

  it('say of what they cannot look at that they are predictions', async () => {
    const plan = await planOf({ network: ['container:other'] }, ['true']);
    expect(named(plan, 'find-net')?.prediction).toMatchObject({
      sure: false,
      note: '$PEER_NET stands for the pid of other',
    });
    expect(named(plan, 'net')?.operation).toMatchObject({
      kind: 'setns',
      path: `/proc/${placeholders.PEER_NET}/ns/net`,
    });
  });

  it('copy what the image has only into a volume that is new', async () => {
    expect(named(await planOf({ volume: ['data:/lab'] }, ['true']), 'copy-lab')).toBeDefined();
    expect(
      named(await planOf({ volume: ['data:/lab'] }, ['true'], { volume: () => 'filled' }), 'copy-lab'),
    ).toBeUndefined();
  });
});

describe('the JSON', () => {
  it('names what only a run knows, and holds no values of variables', async () => {
    const json = planJson(await planOf({ env: ['TOKEN=very-secret'] }, ['true']));
    expect(json).not.toContain(String(placeholders.INIT));
    expect(json).toContain('/proc/$INIT/ns/net');
    expect(json).not.toContain('very-secret');
    expect(JSON.parse(json)).toHaveLength(9);
  });
});

describe('the script', () => {
  it.each([
    ['plain', {}],
    ['with a terminal', { tty: true, interactive: true }],
    ['with everything shared', { network: ['container:a'], pid: 'container:a', ipc: 'container:a' }],
    ['with mounts', { volume: ['/a b:/c d:ro', '/anonymous'], tmpfs: ['/t'], readOnly: true }],
    ['with a user by name', { user: 'student:lab', groupAdd: ['www-data', '7'] }],
  ])('is what sh can parse: %s', async (_, flags) => {
    const text = planScript(await planOf(flags, ["it's", '$HOME', 'a\nb']), shellWords);
    expect(execFileSync('sh', ['-n'], { input: text, encoding: 'utf8' })).toBe('');
    for (const number of Object.values(placeholders)) expect(text).not.toContain(String(number));
  });

  it('keeps the words of the command as they are', async () => {
    const text = planScript(await planOf({}, ['echo', "it's", '$HOME']), shellWords);
    expect(text).toContain(`-- echo 'it'\\''s' '$HOME'\n`);
  });
});

describe('wrap', () => {
  it('breaks at spaces and leaves long words whole', () => {
    expect(wrap('one two three', '# ', '# ', 9)).toEqual(['# one two', '# three']);
    expect(wrap('a 0123456789', '', '  ', 5)).toEqual(['a', '  0123456789']);
  });
});
