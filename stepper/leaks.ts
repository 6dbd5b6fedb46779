/** Comparing what is on the host with who lives: what nobody owns has been left behind. */
import { type Found, findTraces, heldBy, type Owner, placesInUse } from '../core/doctor/leaks/index.ts';
import { tolerating } from '../core/kernel/errno.ts';
import type { Places } from '../core/known.ts';
import { abandoned, isLiving, listJournals } from './journals.ts';

/** Who can own something right now: the runs that are driven, and those that were kept and wait. */
export class Living {
  readonly containers: ReadonlySet<string>;
  readonly #runs: ReadonlySet<string>;
  readonly #inits: ReadonlySet<number>;
  readonly #shares: ReadonlySet<string>;

  /** Other state directories count as well: bridge, tables and cgroups are the host's, whoever made them. */
  constructor(own: Places) {
    const places = [{ ...own, sees: { net: true, cgroup: true } }, ...placesInUse()];
    const roots = new Set(places.map(({ root }) => root));
    const living = [...roots].flatMap(journalsOf).filter(isLiving);
    this.containers = new Set(living.flatMap(({ known }) => (known.id === undefined ? [] : [known.id])));
    this.#runs = new Set(living.map(({ run }) => run));
    this.#inits = new Set(living.flatMap(({ known }) => (known.init === undefined ? [] : [known.init.pid])));
    this.#shares = new Set(
      places.flatMap((place) => {
        const isSeen = (resource: string) =>
          resource.startsWith('cgroup-') ? place.sees.cgroup : place.sees.net;
        return heldBy(place, this.containers).filter(isSeen);
      }),
    );
  }

  owns(owner: Owner): boolean {
    if (owner === 'nobody') return false;
    if ('container' in owner) return [...this.containers].some((id) => id.startsWith(owner.container));
    if ('run' in owner) return this.#runs.has(owner.run);
    if ('share' in owner) return this.#shares.has(owner.share);
    if ('init' in owner) return this.#inits.has(owner.init);
    return exists(owner.process);
  }
}

/** Those of another user's state directory cannot be read without being root. */
const journalsOf = (root: string) => tolerating(['EACCES', 'ENOTDIR'], () => listJournals(root)) ?? [];

const exists = (pid: number): boolean =>
  pid > 0 && tolerating(['ESRCH'], () => tolerating(['EPERM'], () => process.kill(pid, 0)) ?? true) === true;

/** Containers of this state directory that have a journal. */
export function journalled(root: string): Set<string> {
  return new Set(journalsOf(root).flatMap(({ known }) => (known.id === undefined ? [] : [known.id])));
}

/** What belongs to no living container, each with the command that removes it. */
export function leaks(places: Places): Found[] {
  // Asked before and after: a container that starts or ends meanwhile is there in one of the two.
  const before = new Living(places);
  const traces = findTraces(places, journalled(places.root));
  const after = new Living(places);
  const unfinished = tolerating(['EACCES'], () => abandoned(places.root)) ?? [];
  const runs = unfinished.map(({ run, known }): Found => {
    const name = known.name === undefined ? '' : ` of container ${known.name}`;
    return { what: `run ${run}${name}, not finished`, owner: { run }, remedy: 'tsstep clean' };
  });
  const ids = unfinished.map(({ known }) => known.id ?? '-');
  const left = traces.filter(({ owner }) => !before.owns(owner) && !after.owns(owner));
  return [
    ...runs,
    ...left.map((found) => (isOf(found.owner, ids) ? { ...found, remedy: 'tsstep clean' } : found)),
  ];
}

/** Whether taking these containers' runs back takes this away too. */
function isOf(owner: Owner, ids: readonly string[]): boolean {
  if (owner === 'nobody') return false;
  if ('container' in owner) return ids.some((id) => id.startsWith(owner.container));
  return 'share' in owner && ids.length > 0;
}
