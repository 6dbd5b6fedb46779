/** `tsstep stats`: what containers use, once or each second. */
import { setTimeout as sleep } from 'node:timers/promises';
import { readLayout } from '../../../core/cgroup/layout.ts';
import { failureOf } from '../../../core/errors.ts';
import {
  type Container,
  findContainer,
  isUp,
  listContainers,
  readContainer,
} from '../../../core/store/containers.ts';
import { showFailure } from '../../show-failure.ts';
import { printRows } from '../format/print.ts';
import { openState } from '../state.ts';
import { rowOf, type Sample, sampleOf } from './sample.ts';

interface Flags {
  all?: boolean;
  /** false: --no-stream. */
  stream?: boolean;
  trunc?: boolean;
  format?: string;
}

const columns = {
  headings: {
    BlockIO: 'BLOCK I/O',
    CPUPerc: 'CPU %',
    Container: 'CONTAINER',
    ID: 'CONTAINER ID',
    MemPerc: 'MEM %',
    MemUsage: 'MEM USAGE / LIMIT',
    Name: 'NAME',
    NetIO: 'NET I/O',
    PIDs: 'PIDS',
  },
  shown: ['ID', 'Name', 'CPUPerc', 'MemUsage', 'MemPerc', 'NetIO', 'BlockIO', 'PIDs'],
} as const;

/** Between two looks: CPU time is only a share of the time between them. */
const SECOND = 1000;
const CLEAR = '\u001b[2J\u001b[H';

/** @returns docker's 1 when one of those named is not there */
export async function stats(
  references: readonly string[],
  { all = false, stream = true, trunc = true, format }: Flags,
): Promise<number> {
  const { root } = openState('stats');
  const layout = readLayout();
  const watched = identify(root, references);
  if (!watched) return 1;
  const chosen = () => (watched.length === 0 ? everyone(root, all) : stillThere(root, watched));
  let before = new Map<string, Sample | undefined>();
  const look = () => {
    const found = chosen().map(([reference, container]) => ({
      ...{ reference, container },
      sample: sampleOf(layout, container),
    }));
    const rows = found.map(({ reference, container, sample }) =>
      rowOf(container, reference, before.get(container.config.id) ?? sample, sample, trunc),
    );
    before = new Map(found.map(({ container, sample }) => [container.config.id, sample]));
    return rows;
  };
  look();
  for (;;) {
    await sleep(SECOND);
    const rows = look();
    // Docker ends when all that it was to watch are gone.
    if (stream && references.length > 0 && rows.length === 0) return 0;
    printRows(rows, format, columns, stream && process.stdout.isTTY ? CLEAR : '');
    if (!stream) return 0;
  }
}

const everyone = (root: string, all: boolean): [string, Container][] =>
  listContainers(root)
    .filter(({ state }) => all || isUp(state))
    .map((container) => [container.config.id.slice(0, 12), container]);

function stillThere(root: string, watched: readonly (readonly [string, string])[]): [string, Container][] {
  return watched.flatMap(([reference, id]): [string, Container][] => {
    const container = readContainer(root, id);
    return container ? [[reference, container]] : [];
  });
}

/** Names and IDs; a name may be given to another container while this is shown. Undefined: one is not there, which was said. */
function identify(root: string, references: readonly string[]): [string, string][] | undefined {
  try {
    return references.map((reference) => [reference, findContainer(root, reference).config.id]);
  } catch (error) {
    showFailure(failureOf(error));
    return undefined;
  }
}
