/** A container in the words and the shape of `docker inspect`. */
import { treeBytes } from '../../../core/host/tree-bytes.ts';
import { imageSize } from '../../../core/image/store/layer-size.ts';
import { storedImages } from '../../../core/image/store/stored.ts';
import { containerFiles } from '../../../core/paths.ts';
import type { Container } from '../../../core/store/containers.ts';
import { healthOf } from '../../../core/supervisor/health-file.ts';
import { journalsOf } from '../../journals.ts';
import { goList, omitted } from '../template/go-values.ts';
import { configOf } from './config.ts';
import { graphDriverOf } from './graph-driver.ts';
import { hostConfigOf } from './host-config.ts';
import { mountsOf } from './mounts.ts';
import { networkSettingsOf } from './network.ts';
import { noNetworkFacts } from './network-absent.ts';
import { pidOf, stateOf } from './state.ts';
import { tsstepOf } from './tsstep.ts';

/** `sized`: with what docker counts for `inspect -s`. */
export async function containerDocument(root: string, container: Container, sized: boolean): Promise<object> {
  const { config, state } = container;
  const { id, name, created, image, argv } = config;
  const files = containerFiles(root, id);
  const journals = journalsOf(root, id);
  // The newest says what runs, the oldest what it was made of.
  const [newest] = journals;
  const known = journals.at(-1)?.known;
  const pid = pidOf(state, newest);
  const [path = '', ...args] = argv;
  return {
    Id: id,
    Created: created,
    Path: path,
    Args: args,
    State: stateOf(container, pid, healthOf(root, id)),
    Image: image.id,
    ResolvConfPath: files.resolvConf,
    HostnamePath: files.hostname,
    HostsPath: files.hosts,
    LogPath: files.log,
    Name: `/${name}`,
    RestartCount: state.restartCount ?? 0,
    Driver: 'overlay2',
    Platform: 'linux',
    MountLabel: '',
    ProcessLabel: '',
    AppArmorProfile: '',
    ExecIDs: goList(null),
    HostConfig: hostConfigOf(config, known),
    GraphDriver: graphDriverOf(root, id, known),
    ...(await sizesOf(root, container, sized)),
    Mounts: mountsOf(root, config),
    Config: configOf(config, known),
    NetworkSettings: { ...noNetworkFacts, ...networkSettingsOf(container, newest?.known, pid) },
    Tsstep: tsstepOf(container, journals, pid),
  };
}

async function sizesOf(root: string, { config }: Container, sized: boolean) {
  if (!sized) return { SizeRw: omitted, SizeRootFs: omitted };
  const own = treeBytes(containerFiles(root, config.id).upper);
  const image = (await storedImages(root)).find(({ id }) => id === config.image.id);
  return { SizeRw: own, SizeRootFs: own + (image ? imageSize(root, image) : 0) };
}
