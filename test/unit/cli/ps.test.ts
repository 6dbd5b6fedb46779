import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Container, ContainerState } from '../../../core/store/containers.ts';
import type { Health } from '../../../core/supervisor/health-file.ts';
import { rowOf } from '../../../stepper/cli/ps/columns.ts';
import { parseFilters } from '../../../stepper/cli/ps/filters.ts';
import { select } from '../../../stepper/cli/ps/select.ts';
import { statusText } from '../../../stepper/cli/ps/status.ts';

const root = mkdtempSync(join(tmpdir(), 'tsstep-ps-'));
afterAll(() => rmSync(root, { recursive: true }));

const now = Date.parse('2026-01-01T00:02:00Z');
const base = { run: 'r', supervisor: { pid: 1, startTime: '1' }, startedAt: '2026-01-01T00:01:56Z' } as const;
const ended = { ...base, finishedAt: '2026-01-01T00:00:00Z' } as const;

describe('the status of a container', () => {
  it.each<[Partial<ContainerState> & Pick<ContainerState, 'status'>, string, Health['Status']?]>([
    [{ status: 'running' }, 'Up 4 seconds'],
    [{ status: 'running' }, 'Up 4 seconds (healthy)', 'healthy'],
    [{ status: 'running' }, 'Up 4 seconds (unhealthy)', 'unhealthy'],
    [{ status: 'running' }, 'Up 4 seconds (health: starting)', 'starting'],
    [{ status: 'paused' }, 'Up 4 seconds (Paused)', 'healthy'],
    [{ status: 'restarting', exitCode: 1 }, 'Restarting (1) 2 minutes ago'],
    [{ status: 'exited', exitCode: 137 }, 'Exited (137) 2 minutes ago', 'unhealthy'],
    [{ status: 'creating' }, 'Created'],
    [{ status: 'created' }, 'Created'],
    [{ status: 'creating', pausedAt: 'network' }, 'Created (paused at network)'],
    [{ status: 'removing' }, 'Removal In Progress'],
    [{ status: 'dead' }, 'Dead'],
  ])('%j is "%s"', (state, text, health) => {
    expect(statusText({ ...ended, ...state }, now, health && { Status: health })).toBe(text);
  });
});

function container(name: string, second: number, state: ContainerState, more: object = {}): Container {
  const config = {
    id: name.charCodeAt(0).toString(16).repeat(32),
    name,
    created: `2026-01-01T00:01:0${second}.000Z`,
    argv: ['sh', '-c', 'sleep 1000000000'],
    image: { name: 'docker.io/library/lab:latest', id: `sha256:${'1'.repeat(64)}`, digest: '' },
    labels: {},
    mounts: [],
    exposedPorts: [],
    spec: { image: 'lab', network: 'bridge' },
    ...more,
  };
  return { config: config as unknown as Container['config'], state };
}

const all = [
  container(
    'web',
    4,
    { ...base, status: 'running', ports: { '0.0.0.0:80/tcp': 8080 } },
    {
      labels: { tier: 'front', 'com.example.x': 'y' },
      exposedPorts: ['80/tcp', '7000/tcp', '7001/tcp'],
      mounts: [
        { type: 'volume', source: 'a-volume-with-a-long-name', target: '/v', readOnly: false, noCopy: false },
        { type: 'bind', source: '/tmp', target: '/t', readOnly: true, mustExist: true },
      ],
    },
  ),
  container('paused', 3, { ...base, status: 'paused' }, { labels: { tier: 'back' } }),
  container('over', 2, { ...ended, status: 'exited', exitCode: 3 }, { labels: { tier: 'front' } }),
  container('made', 1, { ...base, status: 'created' }, { spec: { image: 'lab', network: 'none' } }),
];

describe('ps lists', () => {
  it.each<[filters: string[], names: string, more?: { all?: boolean; last?: number }]>([
    [[], 'web paused'],
    [[], 'web paused over made', { all: true }],
    [[], 'web paused over', { last: 3 }],
    [['status=exited'], 'over'],
    [['status=exited', 'status=paused'], 'paused over'],
    [['status=created', 'name=web'], ''],
    [['name=^/?w'], 'web'],
    [['name=we', 'name=^over$'], 'web over', { all: true }],
    [['id=77'], 'web'],
    [['label=tier'], 'web paused over', { all: true }],
    [['label=tier=front', 'label=com.example.x'], 'web', { all: true }],
    [['exited=3'], 'over', { all: true }],
    [['exited=3'], ''],
    [['exited=0'], '', { all: true }],
    [['network=none'], 'made', { all: true }],
    [['volume=/t', 'volume=none'], 'web'],
    [['volume=a-volume-with-a-long-name'], 'web'],
    [['publish=8080'], 'web'],
    [['publish=8000-8100/tcp'], 'web'],
    [['publish=80'], ''],
    [['publish=8080/udp'], ''],
    [['expose=7001'], 'web'],
    [['health=none'], 'web paused'],
    [['health=healthy'], ''],
    [['ancestor=nope'], ''],
    [['status=exited'], 'over', { last: 1 }],
  ])('%j: %s', (filters, names, { all: whatever = false, last = 0 } = {}) => {
    const found = select(all, { all: whatever, last, filters: parseFilters(filters) }, root, []);
    expect(found.map(({ config }) => config.name).join(' ')).toBe(names);
  });

  it.each(['foo=1', 'status=up', 'health=ill', 'exited=x', 'publish=x', 'expose=9-8', 'volume', 'name=('])(
    'and refuses the filter %s',
    (filter) => {
      expect(() => parseFilters([filter])).toThrow(/filter/);
    },
  );
});

describe('a row', () => {
  const [web] = all as [Container];
  const facts = { now, truncate: true, image: 'lab', health: undefined };

  it('has docker’s texts', () => {
    expect(rowOf(web, facts)).toMatchObject({
      Command: `"sh -c 'sleep 100000…"`,
      CreatedAt: '2026-01-01 00:01:04 +0000 UTC',
      ID: '777777777777',
      Image: 'lab',
      Labels: 'tier=front,com.example.x=y',
      LocalVolumes: '1',
      Mounts: 'a-volume-with-…,/tmp',
      Networks: 'bridge',
      Ports: '7000-7001/tcp, 0.0.0.0:8080->80/tcp',
      RunningFor: '56 seconds ago',
      Size: '',
      State: 'running',
      Status: 'Up 4 seconds',
    });
  });

  it('is cut only where it is asked for', () => {
    const image = `sha256:${'1'.repeat(64)}`;
    expect(rowOf(web, { ...facts, image }).Image).toBe('111111111111');
    expect(rowOf(web, { ...facts, image, truncate: false })).toMatchObject({
      Image: image,
      Command: `"sh -c 'sleep 1000000000'"`,
      Mounts: 'a-volume-with-a-long-name,/tmp',
    });
  });

  it('has its size, and its label', () => {
    const row = rowOf(web, { ...facts, size: { own: 0, image: 7_800_000 } });
    expect(row.Size).toBe('0B (virtual 7.8MB)');
    expect([row.Label?.('tier'), row.Label?.('none')]).toEqual(['front', '']);
  });
});
