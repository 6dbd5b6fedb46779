/** The program that keeps a detached container, with a shell in the container's place. */
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loggedBytes, supervised } from '../support/supervised.ts';

describe('a supervisor', () => {
  it('keeps output, tells clients of the end, and writes the exit code down', async () => {
    const container = await supervised('read go; echo out; echo err >&2; printf part; exit 7', {
      stdin: true,
    });
    expect(statSync(container.files.socket).mode & 0o777).toBe(0o600);
    const [one, two] = [await container.attach(true), await container.attach()];
    await Promise.all([one, two].map((client) => client.until(() => client.controls.length > 0)));
    expect(one.controls[0]).toEqual({ attached: true, terminal: false });
    one.type('go\n');
    expect(await Promise.all([one.exited, two.exited])).toEqual([{ code: 7 }, { code: 7 }]);
    for (const { output } of [one, two]) expect([...output].sort()).toEqual([...'out\nerr\npart'].sort());
    expect(await container.ended()).toMatchObject({ code: 7 });
    expect(readFileSync(container.files.log, 'latin1').replaceAll(/^\S+/gm, 'T')).toMatch(
      /^(?=[^]*T stdout F out\n)(?=[^]*T stderr F err\n)[^]*T stdout P part\n/,
    );
  });

  it('loses no byte of 200 MB, in the log and at a client that reads them', async () => {
    const container = await supervised(
      'read go; head -c 200000000 /dev/zero | openssl enc -aes-128-ctr -nosalt -K 00 -iv 00 2>/dev/null',
      { stdin: true },
    );
    const client = await container.attach(true);
    client.type('\n');
    const started = Date.now();
    await client.exited;
    console.log(
      'ms',
      Date.now() - started,
      readFileSync(`/proc/${container.supervisor.pid}/status`, 'utf8').match(/VmRSS.*/)?.[0],
    );
    await container.ended();
    const sum = (bytes: Buffer | string) =>
      createHash('sha256')
        .update(bytes as Buffer)
        .digest('hex');
    const log = loggedBytes(container.files.log);
    expect(log.length).toBe(200_000_000);
    expect(sum(log)).toBe(sum(Buffer.from(client.output, 'latin1')));
  });

  it('with a terminal', async () => {
    const container = await supervised('stty size; read x; stty size; exit 3', { terminal: true });
    const client = await container.attach(true);
    client.connection.control({ resize: { rows: 33, columns: 99 } });
    client.type('x\n');
    expect(await client.exited).toEqual({ code: 3 });
    expect(client.output).toContain('33 99');
    expect(await container.ended()).toMatchObject({ code: 3 });
  });
});
