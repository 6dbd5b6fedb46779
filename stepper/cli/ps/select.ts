/** Which containers ps lists. */
import { diffIdsOf, findAmong, type StoredImage } from '../../../core/image/store/stored.ts';
import { type Container, findContainer, isActive } from '../../../core/store/containers.ts';
import { healthOf } from '../../../core/supervisor/health-file.ts';
import { networksOf, sourcesOf, stateText } from './columns.ts';
import { type Filters, patternOf, portsIn } from './filters.ts';
import { portsOf } from './ports.ts';

export interface Chosen {
  all: boolean;
  /** How many at most, whatever their state; 0: as many as there are, of those that run. */
  last: number;
  filters: Filters;
}

type Test = (container: Container) => boolean;
type Kind = (wanted: readonly string[], root: string, images: readonly StoredImage[]) => Test;

const any =
  (fits: (container: Container, wanted: string) => boolean): Kind =>
  (wanted) =>
  (container) =>
    wanted.some((one) => fits(container, one));

const created = ({ config }: Container): number => Date.parse(config.created);

const kinds: Readonly<Record<string, Kind>> = {
  id: any(({ config }, text) => config.id.startsWith(text) || patternOf('id', text).test(config.id)),
  // Docker's names have a slash in front, which a pattern may ask for or not.
  name: any(({ config: { name } }, text) => {
    const pattern = patternOf('name', text);
    return pattern.test(name) || pattern.test(`/${name}`);
  }),
  label:
    (wanted) =>
    ({ config: { labels } }) =>
      wanted.every((text) => {
        const [key = '', value] = text.split(/=(.*)/s);
        return Object.hasOwn(labels, key) && (value === undefined || labels[key] === value);
      }),
  status: any((container, text) => stateText(container) === text),
  exited: any(({ state }, code) => state.status === 'exited' && String(state.exitCode ?? 0) === code),
  ancestor: (wanted, _, images) => {
    const bases = wanted.flatMap((text) => imageNamed(images, text) ?? []);
    return ({ config }) => bases.some((base) => isFrom(config.image.id, base, images));
  },
  before: (wanted, root) => {
    const moments = wanted.map((text) => created(findContainer(root, text)));
    return (container) => moments.every((moment) => created(container) < moment);
  },
  since: (wanted, root) => {
    const moments = wanted.map((text) => created(findContainer(root, text)));
    return (container) => moments.every((moment) => created(container) > moment);
  },
  volume: any((container, text) => {
    const targets = container.config.mounts.map(({ target }) => target);
    return [...sourcesOf(container), ...targets].includes(text);
  }),
  network: any((container, text) => networksOf(container).includes(text)),
  // Docker's publish is the host's side.
  publish: any((container, text) => {
    const ports = new Set(portsIn('publish', text));
    return portsOf(container).some(({ hostPort, protocol }) => ports.has(`${hostPort}/${protocol}`));
  }),
  expose: any((container, text) => {
    const ports = new Set(portsIn('expose', text));
    return portsOf(container).some(({ port, protocol }) => ports.has(`${port}/${protocol}`));
  }),
  health: (wanted, root) => (container) =>
    wanted.includes(healthOf(root, container.config.id)?.Status ?? 'none'),
};

/** undefined: docker finds nothing then, and says nothing. */
function imageNamed(images: readonly StoredImage[], text: string): StoredImage | undefined {
  try {
    return findAmong(images, text).image;
  } catch {
    return undefined;
  }
}

/** Its own image, or one that was built on it: its layers come first in it. */
function isFrom(id: string, base: StoredImage, images: readonly StoredImage[]): boolean {
  if (id === base.id) return true;
  const image = images.find((one) => one.id === id);
  const lower = diffIdsOf(base);
  const own = image ? diffIdsOf(image) : [];
  return lower.length > 0 && lower.length < own.length && lower.every((layer, at) => layer === own[at]);
}

/** In the order in which they come. @throws TsstepError no-such-container for a before or since that is not there */
export function select(
  containers: readonly Container[],
  { all, last, filters }: Chosen,
  root: string,
  images: readonly StoredImage[],
): Container[] {
  const tests = Object.entries(filters).flatMap(
    ([kind, wanted]) => kinds[kind]?.(wanted, root, images) ?? [],
  );
  const whatever = all || last > 0 || filters.status !== undefined;
  const found = containers.filter(
    (container) => (whatever || isActive(container.state)) && tests.every((test) => test(container)),
  );
  return last > 0 ? found.slice(0, last) : found;
}
