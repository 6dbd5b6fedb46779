/** `tsstep network connect` and `disconnect`: stepped like a run where the container runs, a line in its configuration where not. */
import { TsstepError } from '../../../core/errors.ts';
import { readHostFacts } from '../../../core/host/facts.ts';
import { endpointsOf, isDefault } from '../../../core/network/endpoint.ts';
import { endpointAt } from '../../../core/network/endpoint-state.ts';
import { isBuiltIn, type Network } from '../../../core/network/network.ts';
import { findNetwork } from '../../../core/network/store.ts';
import { parseAlias, parseIp } from '../../../core/spec/endpoint.ts';
import type { EndpointSpec, Spec } from '../../../core/spec/types.ts';
import { connecting, leaving, placeBeside } from '../../../core/stages/connect.ts';
import { changeNetworks } from '../../../core/store/change-networks.ts';
import { type Container, findContainer, isUp } from '../../../core/store/containers.ts';
import { recordNetwork } from '../../../core/store/network-events.ts';
import { type BesideRequest, changeBeside, hasEnded, knownOf } from '../../beside.ts';
import { quietFrontEnd } from '../../json/front-end.ts';
import { Stepping } from '../../stepping.ts';
import { whileNobodyElse } from '../../while-nobody-else.ts';
import { frontEndFor } from '../front-end.ts';
import { openStateAsRoot } from '../state.ts';
import { eventTargets, parseFaults, type WatchFlags } from '../stepping-flags.ts';

interface ConnectFlags extends WatchFlags {
  ip?: string;
  alias?: readonly string[];
}

const refuse = (what: string, why: string, remedy: string, code: 'network' | 'container-state' = 'network') =>
  new TsstepError({ code, what, why, remedy, exit: 1 });

async function requestOf(
  flags: WatchFlags,
  container: Container,
  result: BesideRequest['result'],
): Promise<Omit<BesideRequest, 'save'>> {
  return {
    spec: container.config.spec,
    known: knownOf(container),
    stepping: new Stepping(flags),
    frontEnd: await frontEndFor(flags, quietFrontEnd),
    faults: parseFaults(flags.inject),
    eventFiles: eventTargets(flags),
    recordSecrets: flags.recordSecrets ?? false,
    argv: process.argv.slice(2),
    result,
  };
}

/** Whether it is there, under any of the network's names. @throws TsstepError network */
function isIn({ config, state }: Container, { id, name }: Network): boolean {
  const named = endpointsOf(config.spec).some(
    ({ network }) => network === name || (network.length >= 4 && id.startsWith(network)),
  );
  return state.networks && isUp(state) ? Object.hasOwn(state.networks, name) : named;
}

/** Docker's rules for who can be in which networks. @throws TsstepError network */
function checkJoinable(container: Container, network: Network): void {
  const { name, spec } = container.config;
  if (spec.network === 'host' || (typeof spec.network === 'object' && 'container' in spec.network))
    throw refuse(
      'container sharing network namespace with another container or host cannot be connected to any other network',
      `${name} has no network namespace of its own`,
      'run it with another --network',
    );
  if (spec.network === 'none')
    throw refuse(
      'container cannot be connected to multiple networks with one of the networks in private (none) mode',
      `${name} was made to be alone`,
      'run it with another --network',
    );
  if (isBuiltIn(network.name) && network.name !== 'bridge')
    throw refuse(
      network.name === 'host'
        ? 'container cannot be connected to host network - container must be created in host mode'
        : 'container cannot be connected to multiple networks with one of the networks in private (none) mode',
      'a container has that network from its making on, or never',
      `tsstep run --network ${network.name}`,
    );
  if (isIn(container, network))
    throw refuse(
      `endpoint with name ${name} already exists in network ${network.name}`,
      'a container is in a network once',
      `tsstep network disconnect ${network.name} ${name} first, to have it there in another way`,
    );
}

function endpointSpec(network: Network, { ip, alias = [] }: ConnectFlags): EndpointSpec {
  const spec: EndpointSpec = {
    network: network.name,
    ...(ip !== undefined && { ip: parseIp(ip) }),
    ...(alias.length > 0 && { aliases: alias.map((one) => parseAlias('--alias', one)) }),
  };
  if (isDefault(spec) && (spec.ip !== undefined || spec.aliases))
    throw refuse(
      `${spec.ip === undefined ? 'network-scoped alias' : 'user specified IP address'} is supported only for containers in user defined networks`,
      'the default network has no names, and chooses addresses itself',
      'connect it to a network of your own',
    );
  return spec;
}

const withEndpoint = (spec: Spec, endpoint: EndpointSpec): Spec => ({
  ...spec,
  endpoints: [...endpointsOf(spec), endpoint],
});

export async function connect(
  reference: string,
  containerName: string,
  flags: ConnectFlags,
): Promise<number> {
  const { root } = openStateAsRoot('network connect');
  const network = findNetwork(root, reference);
  const { id } = findContainer(root, containerName).config;
  const endpoint = endpointSpec(network, flags);
  const join = async (): Promise<number> => {
    const container = findContainer(root, id);
    const { name, spec } = container.config;
    checkJoinable(container, network);
    if (!isUp(container.state)) {
      checkSettled(container);
      // Started meanwhile, it runs without this network.
      return (await changeNetworks(root, id, container.state, { join: endpoint })) ? 0 : await join();
    }
    const there = container.state.networks ?? {};
    const stage = connecting(endpoint, there);
    const request = await requestOf(flags, container, 'connected');
    const save: BesideRequest['save'] = async (known) => {
      const [now] = endpointAt(root, id, placeBeside(endpoint, there, known));
      if (!now) throw new Error(`${name} is connected, and has no address`);
      if (!(await changeNetworks(root, id, container.state, { join: endpoint, now }))) throw hasEnded();
      recordNetwork(root, network, 'connect', id);
    };
    return await changeBeside({ ...request, spec: withEndpoint(spec, endpoint), save }, stage);
  };
  return await whileNobodyElse(root, findContainer(root, id), 'networks', join);
}

/** @throws TsstepError container-state */
function checkSettled({ config, state }: Container): void {
  if (state.status === 'created' || state.status === 'exited') return;
  throw refuse(
    `the networks of "${config.name}" cannot be changed: it is ${state.status}`,
    'it would have to be created, running, paused or exited',
    state.status === 'dead' ? 'tsstep clean' : 'wait until it is',
    'container-state',
  );
}

export async function disconnect(
  reference: string,
  containerName: string,
  { force = false, ...flags }: WatchFlags & { force?: boolean },
): Promise<number> {
  const { root } = openStateAsRoot('network disconnect');
  const network = findNetwork(root, reference);
  const { id } = findContainer(root, containerName).config;
  const leave = async (): Promise<number> => {
    const container = findContainer(root, id);
    const { name, spec } = container.config;
    if (!isIn(container, network))
      throw refuse(
        `container ${name} is not connected to network ${network.name}`,
        `it is in ${Object.keys(container.state.networks ?? {}).join(', ') || 'none that could be left'}`,
        `tsstep inspect ${name}`,
      );
    const asked = [
      network.name,
      ...endpointsOf(spec)
        .map((one) => one.network)
        .filter((one) => network.id.startsWith(one)),
    ];
    const change = { leave: network.name, asked } as const;
    const there = container.state.networks ?? {};
    // Forced, what a dead container holds in the network goes without it.
    if (!isUp(container.state) && !(force && Object.hasOwn(there, network.name))) {
      if (!force) checkSettled(container);
      return (await changeNetworks(root, id, container.state, change)) ? 0 : await leave();
    }
    const host = readHostFacts(process.env, spec, { withCgroups: false });
    const known = knownOf(container);
    const stage = leaving(network.name, there, host, known.init?.pid);
    const request = await requestOf(flags, container, 'disconnected');
    const save: BesideRequest['save'] = async () => {
      if (!(await changeNetworks(root, id, container.state, change))) throw hasEnded();
      recordNetwork(root, network, 'disconnect', id);
    };
    const lease = there[network.name];
    return await changeBeside({ ...request, known: { ...known, ...(lease && { lease }) }, save }, stage);
  };
  return await whileNobodyElse(root, findContainer(root, id), 'networks', leave);
}
