/** What an image or a container calls its things must not reach a terminal as an order. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { writeIndexedLayout } from '../support/indexed-layout.ts';
import { layer, writeLayout } from '../support/layout.ts';
import { useSandbox } from '../support/sandbox.ts';

const sandbox = useSandbox();
const program = join(import.meta.dirname, '../../bin/tsstep');
// Gives the window a title, in xterm and most others.
const order = '\u001b]0;mine\u0007';
const harmless = '\\x1b]0;mine\\x07';

/** What a terminal gets, where both streams are one. */
async function inTerminal(...words: readonly string[]): Promise<string> {
  const { stdout } = await sandbox.run(['script', '-qec', `${program} ${words.join(' ')}`, '/dev/null'], {
    env: { NO_COLOR: '1', TERM: 'xterm' },
  });
  return stdout;
}

describe('an order to the terminal is shown and not given', () => {
  beforeAll(async () => {
    if (process.getuid?.() !== 0) return;
    const script = `touch '/${order}'; mkdir /d; mknod '/d/${order}' c 1 3; mkdir /s; : ${order}`;
    await sandbox.tsstep(['run', '--name', 'hostile', 'lab', 'sh', '-c', script]);
  });

  it('by diff, and a pipe gets the name as it is', async () => {
    expect(await inTerminal('diff', 'hostile')).toContain(`A /${harmless}\r\n`);
    expect((await sandbox.tsstep(['diff', 'hostile'])).stdout).toContain(`A /${order}\n`);
  });

  it('by history and by inspect, of what a commit was told', async () => {
    await sandbox.tsstep(['commit', '-m', order, 'hostile', 'hostile:1']);
    for (const words of [['--no-trunc'], ['--format', "'{{.CreatedBy}} {{.Comment}}'"]]) {
      const shown = await inTerminal('history', ...words, 'hostile:1');
      expect(shown).toContain(harmless);
      expect(shown).not.toContain(order);
    }
    const words = ['image', 'inspect', '-f', "'{{.Comment}}{{println}}'", 'hostile:1'];
    expect(await inTerminal(...words)).toBe(`${harmless}\r\n\r\n`);
    expect((await sandbox.tsstep(['history', '--format', '{{.Comment}}', 'hostile:1'])).stdout).toContain(
      order,
    );
  });

  it('by cp, of what it leaves out', async () => {
    const { stderr } = await sandbox.tsstep(['cp', 'hostile:/d', sandbox.directory]);
    expect(stderr).toContain(harmless);
    expect(stderr).not.toContain(order);
  });

  it('by images, whatever another tool has called one', async () => {
    const index = join(sandbox.root, 'images/index.json');
    const stored = JSON.parse(readFileSync(index, 'utf8'));
    const [{ annotations: _, ...first }] = stored.manifests;
    const annotations = { 'org.opencontainers.image.ref.name': `a${order}` };
    const changed = { ...stored, manifests: [...stored.manifests, { ...first, annotations }] };
    writeFileSync(index, JSON.stringify(changed));
    const shown = await inTerminal('images');
    writeFileSync(index, JSON.stringify(stored));
    expect(shown).toContain(`a${harmless}`);
    expect(shown).not.toContain(order);
  });

  it('by an error that names the platforms of an image', async () => {
    const directory = join(sandbox.directory, 'platforms');
    const one = writeLayout(`${directory}-one`, 'x', [await layer({ name: 'x', content: 'x' })]);
    writeIndexedLayout(directory, 'elsewhere', { [`s390x${order}`]: one });
    const { code, stderr } = await sandbox.tsstep(['load', '-i', directory]);
    expect({ code, stderr }).toEqual({
      code: 125,
      stderr: expect.stringContaining(`only for linux/s390x${harmless}`),
    });
  });
});
