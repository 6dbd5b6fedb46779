/** A plan is what a run does, and the script that is written of it makes the same container. */
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Event } from '../../tracer/events.ts';
import { hostState } from '../support/host-state.ts';
import { useSandbox } from '../support/sandbox.ts';

const sandbox = useSandbox();

/** Everything that a container can tell about itself, as lines that two of them can be compared by. */
const look = `
echo "user $(id)"
echo "cwd $(pwd), host name $(hostname), umask $(umask), $(tty)"
grep -E '^(Uid|Gid|Groups|NoNewPrivs|NSpid|SigBlk|SigIgn|Cap)' /proc/1/status
sed 's/^/limit: /' /proc/1/limits
tr '\\0' '\\n' < /proc/1/environ | sort | sed 's/^/env: /'
ls /proc/1/fd > /dev/shm/fds; sed 's/^/fd: /' /dev/shm/fds; rm /dev/shm/fds
awk '{ $1 = $2 = $3 = ""; print "mount:" $0 }' /proc/1/mountinfo
ls -la /dev | awk 'NR > 1 { print "dev:", $1, $3, $4, $5, $6 }' | sed 's/ [A-Z][a-z][a-z]$//'
ls -l /dev | awk '{ print "dev:", $1, $NF }'
ls -a / | sed 's/^/root: /'
for file in hosts hostname resolv.conf; do sed "s/^/$file: /" /etc/$file; done
sed 's/^/cgroup: /' /proc/1/cgroup
for file in memory/memory.limit_in_bytes memory.max pids/pids.max pids.max cpu/cpu.cfs_quota_us cpu.max devices/devices.list; do
  [ ! -f "/sys/fs/cgroup/$file" ] || sed "s|^|$file: |" "/sys/fs/cgroup/$file"
done
ip -o -4 address | awk '{ print "address:", $2 }'
ip route | awk '{ print "route:", $1, $2, $4 }'
gateway=$(ip route | awk '/^default/ { print $3 }')
[ -z "$gateway" ] || { wget -qO /dev/null "http://$gateway:1/" 2>&1 | sed "s/$gateway/GATEWAY/g"; }
touch /new 2>&1 && rm /new
true
`;

/** What differs between any two containers: the ID, and the addresses. */
const alike = (output: string): string[] =>
  output
    .replace(/[0-9a-f]{64}/g, 'ID')
    .replace(/\b[0-9a-f]{12}\b/g, 'ID12')
    .replace(/\b(172\.30|10\.213|192\.168)\.\d+\.\d+/g, 'ADDRESS')
    .split('\n');

async function scriptOf(words: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await sandbox.tsstep(['plan', 'run', '--format', 'sh', ...words]);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  const path = join(sandbox.directory, 'script.sh');
  writeFileSync(path, stdout);
  return path;
}

const shared = join(sandbox.directory, 'shared');

const flagSets: Record<string, readonly string[]> = {
  'no flags': [],
  'a user, variables, a working directory, a read-only root': [
    '-u',
    '1000:1000',
    '-e',
    'A=b',
    '-e',
    'Q=it\'s "$HOME"\n%',
    '-w',
    '/tmp',
    '--read-only',
  ],
  'a user by name, without any capability, no new privileges': [
    '-u',
    'student',
    '--group-add',
    'www-data',
    '--cap-drop',
    'ALL',
    '--security-opt',
    'no-new-privileges',
  ],
  'mounts and limits': [
    '-v',
    `${shared}:/data:ro`,
    '-v',
    `${shared}:/var/run/data`,
    '--tmpfs',
    '/t:size=1m',
    '-m',
    '64m',
    '--pids-limit',
    '50',
    '--ulimit',
    'core=0',
  ],
  volumes: ['-v', '/lab', '-v', 'named:/named:ro'],
  'a published port, a host name, another name server': [
    '-p',
    '127.0.0.1:18080:8080',
    '-h',
    'box',
    '--add-host',
    'a:1.2.3.4',
    '--dns',
    '9.9.9.9',
  ],
  'no network, and the host’s other namespaces': [
    '--network',
    'none',
    '--uts',
    'host',
    '--ipc',
    'host',
    '--pid',
    'host',
  ],
};

describe.for(Object.entries(flagSets))('with %s', ([, flags]) => {
  it('the plan has the operations of a run, in order', async () => {
    mkdirSync(shared, { recursive: true });
    const words = ['--rm', ...flags, 'lab', 'true'];
    const planned = await sandbox.tsstep(['plan', 'run', '--format', 'json', ...words]);
    expect(planned).toMatchObject({ code: 0, stderr: '' });
    const stages = JSON.parse(planned.stdout) as { stage: string; operations: { name: string }[] }[];
    const names = stages.flatMap(({ stage, operations }) => operations.map(({ name }) => `${stage}:${name}`));
    const events = join(sandbox.directory, 'events.jsonl');
    expect(await sandbox.tsstep(['run', '--events', events, ...words])).toMatchObject({
      code: 0,
      stderr: '',
    });
    const lines = readFileSync(events, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Event);
    expect(names).toEqual(
      lines.flatMap((event) => (event.type === 'operation-started' ? [`${event.stage}:${event.name}`] : [])),
    );
  });

  it('the script makes the container that a run makes, and leaves nothing behind', async () => {
    mkdirSync(shared, { recursive: true });
    const words = [...flags, 'lab', 'sh', '-c', look];
    const run = await sandbox.tsstep(['run', '--rm', ...words]);
    expect(run).toMatchObject({ code: 0 });
    const before = await hostState(sandbox);
    const script = await sandbox.run(['sh', await scriptOf(words)]);
    expect(script.stderr).toBe(run.stderr);
    expect(alike(script.stdout)).toEqual(alike(run.stdout));
    expect(script.code).toBe(0);
    // Somebody answers at the other end of the cable, if only to say no.
    if (!flags.includes('none')) expect(script.stdout).toContain('(GATEWAY): Connection refused');
    expect(await hostState(sandbox)).toEqual(before);
  });
});

describe('the script', () => {
  it('puts PID 1 into namespaces of its own', async () => {
    const { stdout } = await sandbox.run([
      'sh',
      await scriptOf(['lab', 'sh', '-c', 'for one in /proc/1/ns/*; do readlink "$one"; done']),
    ]);
    const host = await sandbox.sh(`readlink /proc/${sandbox.holder}/ns/*`);
    const own = stdout.trim().split('\n');
    expect(own.length).toBeGreaterThan(8);
    const common = own.filter((line) => host.includes(line)).map((line) => line.split(':')[0]);
    // Neither docker nor tsstep makes a user or time namespace unless told.
    expect(new Set(common)).toEqual(new Set(['time', 'user'].filter((kind) => host.includes(`${kind}:`))));
  });

  it('publishes a port, and takes everything back on a signal', async () => {
    const before = await hostState(sandbox);
    const script = sandbox.start([
      'sh',
      await scriptOf(['-p', '18080:8080', 'lab', 'sh', '-c', 'echo up; exec serve']),
    ]);
    await script.says('up');
    const page = await sandbox.sh(
      'for i in 1 2 3 4 5 6 7 8 9; do busybox wget -qO- http://127.0.0.1:18080/ && exit; sleep 0.2; done',
    );
    expect(page).toContain('Hello from inside the container');
    script.kill('SIGTERM');
    expect(await script.ended).toMatchObject({ code: 143 });
    expect(await hostState(sandbox)).toEqual(before);
  });

  it.for([
    ['its own', ['lab', 'sh', '-c', 'exit 7'], 7],
    ['127 for a command that is not there', ['lab', 'nothing-like-it'], 127],
    ['126 for one that is not executable', ['lab', '/etc/motd'], 126],
  ] as const)('ends with the command’s code: %s', async ([, words, code]) => {
    const before = await hostState(sandbox);
    expect(await sandbox.run(['sh', await scriptOf(words)])).toMatchObject({ code });
    expect(await hostState(sandbox)).toEqual(before);
  });

  it('passes its standard input on with -i, and not without', async () => {
    const path = await scriptOf(['-i', 'lab', 'cat']);
    expect(await sandbox.run(['sh', path], { stdin: 'one\ntwo' })).toMatchObject({
      code: 0,
      stdout: 'one\ntwo',
    });
    expect(await sandbox.run(['sh', await scriptOf(['lab', 'cat'])], { stdin: 'one\n' })).toMatchObject({
      code: 0,
      stdout: '',
    });
  });

  it('lends the command the terminal of whoever runs it with -t', async () => {
    const path = await scriptOf(['-it', 'lab', 'sh', '-c', 'test -t 0 && test -t 1 && echo terminal']);
    expect((await sandbox.run(['script', '-qec', `sh ${path}`, '/dev/null'])).stdout).toContain('terminal');
  });

  it('takes back what it made outside of the container only when there will be no container', async () => {
    const made = join(sandbox.directory, 'made');
    const words = ['-v', `${made}/source:/data`, '-v', 'kept:/kept', 'lab'];
    expect(await sandbox.run(['sh', await scriptOf([...words, 'nothing-like-it'])])).toMatchObject({
      code: 127,
    });
    expect([existsSync(made), existsSync(join(sandbox.root, 'volumes/kept'))]).toEqual([false, false]);
    expect(await sandbox.run(['sh', await scriptOf([...words, 'true'])])).toMatchObject({ code: 0 });
    expect([existsSync(`${made}/source`), existsSync(join(sandbox.root, 'volumes/kept'))]).toEqual([
      true,
      true,
    ]);
  });

  it('undoes what it has done when a step fails', async () => {
    const before = await hostState(sandbox);
    const path = await scriptOf(['-p', '18080:8080', 'lab', 'true']);
    const text = readFileSync(path, 'utf8');
    // Every twelfth step, to fail at: enough to meet each stage. Behind MADE the command's own code counts.
    const steps = text
      .slice(0, text.indexOf('MADE=yes'))
      .split('\n')
      .flatMap((line, index) =>
        /^(init|nsenter|mount|mkdir|ip|nft|echo|prlimit|ln) /.test(line) ? [index] : [],
      );
    for (const at of steps.filter((_, index) => index % 12 === 0)) {
      const lines = text.split('\n');
      lines.splice(at, 0, 'false');
      writeFileSync(path, lines.join('\n'));
      expect(await sandbox.run(['sh', path]), `line ${at}`).toMatchObject({ code: 125 });
      expect(await hostState(sandbox), `line ${at}`).toEqual(before);
    }
  });
});

describe('an unprivileged user', () => {
  it('gets a plan of the built-in image, and is told where a store is closed to him', async () => {
    chmodSync(sandbox.directory, 0o711);
    const nobody = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups'];
    const plan = (image: string) =>
      sandbox.run([...nobody, join(import.meta.dirname, '../../bin/tsstep'), 'plan', 'run', image, 'true']);
    const lab = await plan('lab');
    expect(lab).toMatchObject({ code: 0, stderr: '' });
    expect(lab.stdout).toContain('execve("/bin/true"');
    const other = await plan('other');
    expect(other.code).toBe(125);
    expect(other.stderr).toContain('sudo tsstep plan run');
  });
});
