/** The same script with docker and with tsstep: the same exit codes, and on standard output the same text. */
import { describe, expect, it } from 'vitest';
import type { Result } from '../support/commands.ts';
import { useDocker } from '../support/docker.ts';
import { common, type Row, script, wordsOf } from '../support/docker-script.ts';
import { useSandbox } from '../support/sandbox.ts';

const sandbox = useSandbox();
const docker = useDocker(sandbox);

/** What docker prints and tsstep means not to, with the reason. */
const meant: readonly (readonly [text: RegExp, instead: string, reason: string])[] = [
  [/, :::\d+->\d+\/tcp/g, '', 'docker publishes on IPv6 as well; tsstep’s bridge speaks IPv4 only'],
  [/^(\d+\/tcp -> )?:::\d+\n/gm, '', 'the same for port'],
];

/** Rows whose answers differ on purpose: both are written down, so that neither can change unseen. */
const different: Readonly<Record<string, { docker: string; tsstep: string; reason: string }>> = {
  "ps -a --format '{{.Names}}: {{.Status}}'": {
    docker: 'exit 0\nforbidden: Created\nmissing: Created\n',
    tsstep: 'exit 0\n',
    reason: 'docker keeps what it could not start; tsstep takes back what it has made for it',
  },
  'rm missing forbidden': {
    docker: 'exit 0\nmissing\nforbidden\n',
    tsstep: 'exit 1\n',
    reason: 'as above: there is nothing to remove',
  },
};

interface Answer {
  code: number;
  stdout: string;
}

const ids = { docker: new Map<string, string>(), tsstep: new Map<string, string>() };

function answerOf({ code, stdout }: Result, { as, codeOnly }: Row, names: Map<string, string>): Answer {
  if (as !== undefined) names.set(as, stdout.trim());
  return { code, stdout: codeOnly ? '' : common(stdout) };
}

async function inDocker(row: Row): Promise<Answer> {
  const answer = answerOf(await docker.docker(...wordsOf(row.command, ids.docker)), row, ids.docker);
  const stdout = meant.reduce((text, [found, instead]) => text.replace(found, instead), answer.stdout);
  return { ...answer, stdout: common(stdout) };
}

const inTsstep = async (row: Row): Promise<Answer> =>
  answerOf(await sandbox.tsstep(wordsOf(row.command, ids.tsstep)), row, ids.tsstep);

const shown = ({ code, stdout }: Answer): string => `exit ${code}\n${stdout}`;

describe('docker and tsstep answer alike:', () => {
  it.for(script.map((row, number) => ({ ...row, number })))('$number: $command', async (row, test) => {
    // Two versions of docker do not answer alike either.
    test.skip(!docker.version.startsWith('20.10.'), `needs docker 20.10, this is ${docker.version}`);
    const [theirs, ours] = await Promise.all([inDocker(row), inTsstep(row)]);
    const known = different[row.command];
    expect(shown(ours)).toBe(known?.tsstep ?? shown(theirs));
    if (known) expect(shown(theirs)).toBe(known.docker);
  });
});

const flags = [
  ...[
    '--label',
    'a=b',
    '-e',
    'A=b',
    '-v',
    'kept:/kept',
    '-v',
    '/anonymous',
    '-p',
    '18081:80',
    '--hostname',
    'box',
  ],
  ...[
    '--memory',
    '64m',
    '--restart',
    'on-failure:3',
    '--stop-timeout',
    '3',
    '--cap-add',
    'NET_ADMIN',
    '--init',
  ],
  ...['--add-host', 'x:192.0.2.1', '--ulimit', 'nofile=64:128', '--tmpfs', '/t'],
];

async function documents(name: string): Promise<{ theirs: Facts; ours: Facts }> {
  const { stdout } = await sandbox.tsstep(['inspect', '-s', name]);
  return {
    theirs: flat(JSON.parse(await docker.output('inspect', '-s', name))[0]),
    ours: flat(JSON.parse(stdout)[0]),
  };
}

type Facts = ReadonlyMap<string, string>;

/** Each leaf by its path; lists and what is empty are leaves. */
function flat(value: unknown, path = ''): Map<string, string> {
  // Docker's order of mounts is that of a map.
  if (path === 'Mounts') return flat(byTarget(value as Mount[]), 'Mounts at');
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  const entries = isObject ? Object.entries(value) : [];
  if (entries.length === 0) return new Map([[path, common(JSON.stringify(value) ?? '')]]);
  return new Map(entries.flatMap(([key, inner]) => [...flat(inner, path === '' ? key : `${path}.${key}`)]));
}

interface Mount {
  Destination: string;
}

const byTarget = (mounts: readonly Mount[]) =>
  Object.fromEntries(mounts.map((mount) => [mount.Destination, mount]));

function compared({ theirs, ours }: { theirs: Facts; ours: Facts }): string[] {
  return [...new Set([...theirs.keys(), ...ours.keys()])]
    .filter((key) => theirs.get(key) !== ours.get(key))
    .map((key) => `${key}: docker ${theirs.get(key) ?? 'has none'}, tsstep ${ours.get(key) ?? 'has none'}`)
    .filter((line) => !documented.some(([difference]) => difference.test(line)));
}

/** Differences of the documents that are meant, with the reason. */
const documented: readonly (readonly [difference: RegExp, reason: string])[] = [
  [/^Tsstep\b/, 'all that docker has no word for'],
  [/^State\.Pid: docker \d+, tsstep \d+$/, 'two processes'],
  [
    /^LogPath: docker "<root>\/containers\/<id>\/<id>-json.log", tsstep "<root>\/containers\/<id>\/log"$/,
    'a name',
  ],
  [/^(ResolvConf|Hostname|Hosts|Log)Path: docker "", tsstep /, 'docker names files once they are written'],
  [
    /^HostConfig\.LogConfig\.Type: docker "json-file", tsstep "local"$/,
    'docker’s word for a format of one’s own',
  ],
  [
    /^HostConfig\.CgroupnsMode: docker "host", tsstep "private"$/,
    'docker’s default on v1; tsstep’s is always private',
  ],
  [/^HostConfig\.Runtime: /, 'it is not runc'],
  [
    /^HostConfig\.(Masked|Readonly)Paths: /,
    'tsstep has docker 28’s, as far as this kernel has them, and in another order',
  ],
  [/^GraphDriver\.Data\.\w+: docker "<root>\S+, tsstep "<root>/, 'other names of directories'],
  [
    /^Config\.Attach(Stdout|Stderr): docker false, tsstep true$/,
    'a kept container does not know who looked at its start',
  ],
  [
    /^NetworkSettings\.Bridge: docker "", tsstep "tsstep0"$/,
    'docker leaves it empty, tsstep says which bridge it is',
  ],
  [/^NetworkSettings\.Sandbox(ID|Key): /, 'tsstep has no sandbox: the namespace is the process’s'],
  [/^NetworkSettings\.Ports\..*\{"HostIp":"::"/, 'docker publishes on IPv6 as well'],
  [
    /^NetworkSettings\.(Networks\.bridge\.)?IPPrefixLen: docker 16, tsstep 24$/,
    'a bridge for 254 containers',
  ],
  [/^Mounts at\.\/t(\.\w+)?: docker has none/, 'docker lists a tmpfs of --mount alone'],
];

describe('inspect has docker’s keys and values', () => {
  it('of a container that runs, and of one that never did', async (test) => {
    test.skip(!docker.version.startsWith('20.10.'), `needs docker 20.10, this is ${docker.version}`);
    const commands = [
      ['run', '-d', '--name', 'full', ...flags, 'lab', 'sleep', '1000'],
      ['create', '--name', 'bare', 'lab', 'sh'],
    ];
    for (const argv of commands) {
      await docker.output(...argv);
      expect(await sandbox.tsstep(argv)).toMatchObject({ code: 0 });
    }
    expect(compared(await documents('full'))).toEqual([]);
    expect(compared(await documents('bare'))).toEqual([]);
    await sandbox.tsstep(['rm', '-f', 'full', 'bare']);
  });
});
