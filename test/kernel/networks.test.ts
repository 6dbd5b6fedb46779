/** Networks of one's own: names, isolation, and containers that are put in and taken out while they run. */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Event } from '../../tracer/events.ts';
import { type Container, sleeper, useContainers } from '../support/containers.ts';
import { addressOf, ipv4, links, named } from '../support/links.ts';
import { ask, serve } from '../support/talk.ts';

const { sandbox, start, run, background, adopt } = useContainers();

beforeAll(async () => {
  for (const words of ['shop', 'back', '--internal --subnet 10.9.0.0/24 inner'])
    await sandbox.tsstep(['network', 'create', ...words.split(' ')]);
});

const network = async (words: string) => await sandbox.tsstep(['network', ...words.split(' ')]);
const hosts = (container: Container): string => readFileSync(container.file('/etc/hosts'), 'utf8');
const finds = async (container: Container, name: string): Promise<boolean> =>
  (await container.shell(`ping -c 1 -W 1 ${name}`)).code === 0;
/** What of a network is in the kernel and in tsstep's directories. */
const traces = async (): Promise<string> =>
  await sandbox.sh(`ip -br link; nft list ruleset; cd ${sandbox.root}; find run runs -type f | sort`);
const inspected = async (name: string, format: string): Promise<unknown> =>
  JSON.parse((await sandbox.tsstep(['inspect', '--format', `{{json ${format}}}`, name])).stdout);

describe('a network of one’s own', () => {
  it('lets its containers find each other by name, alias and short ID, both ways, until one has left', async () => {
    const [web, db] = await Promise.all([
      start('--name web --network shop'),
      start('--name db --network shop --network-alias store'),
    ]);
    const id = ((await inspected('db', '.Id')) as string).slice(0, 12);
    for (const name of ['db', 'store', id, 'web']) expect(await finds(web, name), name).toBe(true);
    expect(await finds(db, 'web')).toBe(true);
    const inUse = await network('rm shop');
    expect(inUse.stderr).toMatch(/network shop id [0-9a-f]{64} has active endpoints/);
    expect([inUse.code, (await network('prune -f')).stdout]).toEqual([
      1,
      'Deleted Networks:\nback\ninner\n\n',
    ]);
    await network('create back');
    await network('create --internal --subnet 10.9.0.0/24 inner');
    const [document] = JSON.parse((await network('inspect shop')).stdout) as [{ Containers: object }];
    expect(
      Object.values(document.Containers)
        .map(({ Name }) => Name)
        .sort(),
    ).toEqual(['db', 'web']);

    expect(await network('disconnect shop db')).toMatchObject({ code: 0, stdout: '', stderr: '' });
    expect([await finds(web, 'db'), hosts(web).includes('store'), hosts(db).includes('web')]).toEqual([
      false,
      false,
      false,
    ]);
    expect((await links(db)).map(({ ifname }) => ifname)).toEqual(['lo']);
    expect(await inspected('db', '.NetworkSettings.Networks')).toEqual({});
    expect((await network('disconnect shop db')).stderr).toContain('is not connected to network shop');

    await web.kill();
    expect(await traces()).not.toMatch(/members|tsstep-net|ts-[0-9a-f]/);
  });

  it('is apart from others and from the default one; an internal one has no way out', async () => {
    const [one, two, three, inside] = await Promise.all([
      start('--network shop -p 8080:80'),
      start('--network back'),
      start(),
      start('--network inner --ip 10.9.0.77'),
    ]);
    background(await serve(sandbox, one.pid, 'tcp', 80));
    const address = await addressOf(one);
    const gateway = await sandbox.sh(`ip -4 -o addr show tsstep0 | sed 's/.*inet \\([0-9.]*\\).*/\\1/'`);
    // All at once: each that is dropped waits for an answer that never comes.
    const [fromTwo, fromThree, fromInside, byPort, fromHost] = await Promise.all([
      ask(sandbox, two.pid, 'tcp', address, 80),
      ask(sandbox, three.pid, 'tcp', address, 80),
      ask(sandbox, inside.pid, 'tcp', address, 80),
      ask(sandbox, three.pid, 'tcp', gateway.trim(), 8080),
      ask(sandbox, undefined, 'tcp', address, 80),
    ]);
    expect([fromTwo, fromThree, byPort]).toEqual(['no answer', 'no answer', 'no answer']);
    expect(fromInside).toBe('ENETUNREACH');
    expect(fromHost).toMatch(/^[\d.]+$/);
    expect(ipv4(named(await links(inside), 'eth0')).local).toBe('10.9.0.77');
    expect(await inside.network('ip route')).not.toContain('default');
    const taken = await run('--network inner --ip 10.9.0.77 lab true');
    expect([taken.code, taken.stderr]).toEqual([125, expect.stringContaining('Address already in use')]);
    expect((await run('--network shop --ip 172.30.0.9 lab true')).stderr).toContain(
      'user configured subnets',
    );
    expect((await run('--network none-such lab true')).stderr).toContain('No such network: none-such');
  });
});

describe('a running container', () => {
  const changesOf = (events: readonly Event[], operation: string): string[] =>
    events.flatMap((event) =>
      event.type === 'operation-ended' && event.ok && event.name === operation
        ? event.changes.map(({ path }) => (Array.isArray(path) ? path.join('.') : String(path)))
        : [],
    );
  const recorded = async (words: string): Promise<{ code: number; events: readonly Event[] }> => {
    const { code, stdout } = await network(words);
    const events = stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Event);
    return { code, events };
  };

  it('is connected and disconnected step by step, with what each step changes, and its way out moves along', async () => {
    const web = await start('--name web -p 8080:80');
    const db = await start('--name db --network shop');
    const before = await traces();
    const joined = await recorded('connect --alias www --ui json shop web');
    expect(joined.code).toBe(0);
    expect(changesOf(joined.events, 'eth1').join()).toContain('container.links.eth1');
    expect(changesOf(joined.events, 'names').join()).toContain('host.files.container.hosts');
    expect([await finds(db, 'www'), await finds(web, 'db')]).toEqual([true, true]);
    expect(await web.network('ip route show default')).toContain('dev eth0');
    expect((await network('connect shop web')).stderr).toContain(
      'endpoint with name web already exists in network shop',
    );
    expect((await sandbox.tsstep(['clean'])).stdout).toContain('nothing to clean');
    expect((await sandbox.tsstep(['ps', '--format', '{{.Networks}}', '--no-trunc'])).stdout).toBe(
      'shop\nbridge,shop\n',
    );

    await network('disconnect bridge web');
    background(await serve(sandbox, web.pid, 'tcp', 80));
    const { local } = ipv4(named(await links(web), 'eth1'));
    expect(await web.network('ip route show default')).toContain('dev eth1');
    expect(await ask(sandbox, undefined, 'tcp', '127.0.0.1', 8080)).toMatch(/^[\d.]+$/);
    expect(await sandbox.sh('nft list ruleset')).toContain(`dnat to ${local}:80`);
    await network('connect bridge web');
    const left = await recorded('disconnect --ui json shop web');
    expect(changesOf(left.events, 'undo-veth').join()).toContain('container.links.eth1');
    expect(await web.network('ip route show default')).toContain('dev eth0');
    expect(await finds(db, 'web')).toBe(false);
    const after = await traces();
    // Its journals stay until its end; interfaces have new numbers, and the tables another order.
    const plain = (text: string) =>
      text
        .split('\n')
        .filter((line) => !/runs\/| (UP|DOWN|UNKNOWN) /.test(line))
        .sort();
    expect(plain(after)).toEqual(plain(before));
  });

  it('is connected although another tsstep was killed while it connected it', async () => {
    const web = await start('--name web');
    const before = await traces();
    const killedConnect = async () => {
      const killed = sandbox.startTsstep(['network', 'connect', '--break', 'network:up', 'back', 'web'], {
        stdin: 'pipe',
      });
      await killed.says('[n]ext');
      killed.kill('SIGKILL');
      await killed.ended;
    };
    await killedConnect();
    expect(await traces()).not.toBe(before);
    // Whoever comes next takes it back: `clean`, or another connect.
    expect((await sandbox.tsstep(['clean'])).stdout).toContain('network:veth');
    expect(await traces()).toBe(before);
    await killedConnect();
    expect(await network('connect back web')).toMatchObject({ code: 0, stderr: '' });
    expect(await web.network('ip -br addr show eth1')).toContain('UP');
  });

  it('that ends while somebody steps through its connecting is in no network, and nothing is left of it', async () => {
    const before = await traces();
    const box = await adopt(sandbox.startTsstep(['run', '--name', 'box', 'lab', ...sleeper]));
    const stepped = sandbox.startTsstep(['network', 'connect', '--break', 'network:names', 'back', 'box'], {
      stdin: 'pipe',
    });
    await stepped.says('[n]ext');
    await box.kill();
    stepped.stdin.end('c\n');
    expect(await stepped.ended).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('the container has ended meanwhile') as unknown,
    });
    expect(Object.keys((await inspected('box', '.NetworkSettings.Networks')) as object)).toEqual(['bridge']);
    await sandbox.tsstep(['rm', 'box']);
    expect(await traces()).toBe(before);
  });

  it('is as it was when any operation of a connect fails, and so is the host', async () => {
    const web = await start('--name web');
    const first = await recorded('connect --ui json inner web');
    const names = first.events.flatMap((event) => (event.type === 'operation-started' ? [event.name] : []));
    expect(names.length).toBeGreaterThan(8);
    await network('disconnect inner web');
    const before = [await traces(), hosts(web), await web.network('ip -o link; ip route')];
    for (const name of names) {
      const failed = await network(`connect --inject network:${name}=EPERM inner web`);
      expect(failed.code, name).toBe(1);
      expect([await traces(), hosts(web), await web.network('ip -o link; ip route')], name).toEqual(before);
    }
    const known = await inspected('web', '.NetworkSettings.Networks');
    expect(Object.keys(known as object)).toEqual(['bridge']);
  });
});

describe('a container that does not run', () => {
  it('is in the networks of its configuration at its next start', async () => {
    await sandbox.tsstep(['run', '--name', 'old', 'lab', 'true']);
    expect((await network('connect --ip 10.9.0.50 --alias o inner old')).code).toBe(0);
    const networks = (await inspected('old', '.NetworkSettings.Networks')) as Record<string, object>;
    expect(Object.keys(networks)).toEqual(['bridge', 'inner']);
    expect(networks.inner).toMatchObject({ IPAMConfig: { IPv4Address: '10.9.0.50' } });
    await network('disconnect bridge old');
    expect(Object.keys((await inspected('old', '.NetworkSettings.Networks')) as object)).toEqual(['inner']);
    await sandbox.tsstep(['rm', 'old']);
  });
});
