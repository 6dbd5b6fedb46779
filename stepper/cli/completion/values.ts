/**
 * What can stand for a value, by the word that the help has for it. A flag is named only where one word means different things.
 * What is not here has no values that could be listed, like a size or a new name.
 */
import { constants } from 'node:os';
import type { Command } from 'commander';
import { listFilters, pruneFilters } from '../../../core/image/store/filters.ts';
import { networkFilters, networkPruneFilters } from '../../../core/network/filters.ts';
import { pipeline } from '../../../core/pipeline.ts';
import { capabilityNames } from '../../../core/spec/capabilities.ts';
import type { Status } from '../../../core/store/containers.ts';
import { transitions } from '../../../core/store/states.ts';
import { containerPruneFilters } from '../container/prune-filters.ts';
import { eventFilters } from '../events/filters.ts';
import { filterNames as psFilters } from '../ps/filters.ts';
import { uiKinds } from '../stepping-flags.ts';
import { volumeFilters, volumePruneFilters } from '../volume/filters.ts';
import type { Candidate, Fitting } from './candidates.ts';
import type { Place } from './place.ts';
import { shells } from './print.ts';
import { containerNames, containersOf, imageNames, loginNames, networkNames, volumeNames } from './store.ts';

export type Source = (place: Place) => Fitting | Promise<Fitting>;

const files: Source = () => 'files';

const each = (words: readonly string[]): Candidate[] => words.map((word) => [word]);

const stages = (): Candidate[] => pipeline.map(({ name, summary }) => [name, summary]);

/** The plan is made only for who has typed a colon: it takes longer than all the rest. */
async function operations({ command, typed, word }: Place, end: string): Promise<Candidate[]> {
  const { operationsOf } = await import('./operations.ts');
  return await operationsOf(command, typed, word.replace(/:.*/s, ''), end);
}

/** A stage, and its colon as soon as one stage alone fits: so a shell stops between the two. */
async function stageOrOperation(place: Place): Promise<Candidate[]> {
  if (place.word.includes(':')) return await operations(place, '');
  const fitting = stages().filter(([name]) => name.startsWith(place.word));
  const [first] = fitting;
  if (!first || fitting.length > 1) return fitting;
  return [first, [`${first[0]}:`, 'one of its operations']];
}

async function fault(place: Place): Promise<Candidate[]> {
  const [operation, errno] = place.word.split('=');
  if (errno !== undefined) return Object.keys(constants.errno).map((name) => [`${operation}=${name}`]);
  if (place.word.includes(':')) return await operations(place, '=');
  return stages().map(([name, summary]) => [`${name}:`, summary]);
}

const modes =
  (...words: string[]): Source =>
  () =>
    each([...words, ...containerNames().map((name) => `container:${name}`)]);

/** `NAME:`, which goes on with a path, or a file of this machine. */
const fileOrContainer: Source = ({ word }) => {
  const names = word === '' ? [] : containerNames().filter((name) => name.startsWith(word));
  return names.length === 0 ? 'files' : each(names.map((name) => `${name}:`));
};

const networkModes: Source = () => [
  ...networkNames(),
  ...each(containerNames().map((name) => `container:${name}`)),
];

/** What can be done in some states only is completed with containers in those. */
const statesFor: Readonly<Record<string, readonly Status[]>> = {
  start: transitions.start.from,
  stop: transitions.stop.from,
  kill: transitions.kill.from,
  pause: transitions.pause.from,
  unpause: transitions.unpause.from,
  exec: transitions['exec in'].from,
  attach: transitions['attach to'].from,
  top: transitions['look into'].from,
  stats: transitions.kill.from,
  port: transitions.kill.from,
};

export const ofArguments: Readonly<Record<string, Source>> = {
  image: imageNames,
  name: (place) => {
    const { command } = place;
    const found = containersOf(place, statesFor[command.name()]);
    // Under `container` only containers are meant.
    return command.name() === 'inspect' && command.parent?.name() !== 'container'
      ? [...found, ...imageNames()]
      : found;
  },
  container: (place) => containersOf(place, statesFor[place.command.name()]),
  volume: ({ operands }) => each(volumeNames().filter((name) => !operands.includes(name))),
  'repository[:tag]': imageNames,
  file: files,
  from: fileOrContainer,
  to: fileOrContainer,
  // Of the container, but paths there often look like those here.
  command: files,
  shell: () => each(Object.keys(shells)),
  network: networkNames,
  server: () => each(loginNames()),
};

const filters: Readonly<Record<string, readonly string[]>> = {
  ps: psFilters,
  events: eventFilters,
  'volume ls': volumeFilters,
  'volume prune': volumePruneFilters,
  'container ls': psFilters,
  'container prune': containerPruneFilters,
  'network ls': networkFilters,
  'network prune': networkPruneFilters,
  'image prune': pruneFilters,
};

const filtersOf = (command: Command): readonly string[] =>
  filters[`${command.parent?.name()} ${command.name()}`] ?? filters[command.name()] ?? listFilters;

export const ofOptions: Readonly<Record<string, Source>> = {
  file: files,
  '[source:]target[:modes]': files,
  stage: stages,
  'stage[:op]': stageOrOperation,
  'stage:op=errno': fault,
  '--add': files,
  kind: () => each(uiKinds),
  filter: ({ command }) => each(filtersOf(command).map((name) => `${name}=`)),
  '--volumes-from': () => each(containerNames()),
  capability: () => each(['ALL', ...capabilityNames]),
  '--env': () => each(Object.keys(process.env)),
  '--network': networkModes,
  '--net': networkModes,
  '--pid': modes('host'),
  '--ipc': modes('host'),
  '--uts': () => each(['host']),
  '--security-opt': () => each(['no-new-privileges', 'seccomp=unconfined', 'apparmor=unconfined']),
};
