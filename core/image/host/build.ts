import { resolve } from 'node:path';
import { TsstepError } from '../../errors.ts';
import type { NewFile } from '../lab/new-file.ts';
import { localArchitecture } from '../platform.ts';
import { nameToGive } from '../reference.ts';
import { createImage } from '../store/create.ts';
import { holding } from '../store/hold.ts';
import { storeLayer } from '../store/store-layer.ts';
import { type NewEntry, writeTar } from '../tar/tar-writer.ts';
import type { LayerSource } from '../types.ts';
import { HostFiles } from './collect.ts';
import { hostConfig, machineFiles, newFiles, topFolders } from './configuration.ts';
import { librariesOf } from './libraries.ts';
import { basics, findProgram, interpreterOf, mustFindProgram, selection } from './programs.ts';

export interface HostImage {
  reference: string;
  /** Besides bash and coreutils; none: a selection for looking around. */
  programs: readonly string[];
  /** More files and directories of this machine. */
  add: readonly string[];
}

interface Step {
  created_by: string;
  entries: readonly NewEntry[];
}

/**
 * Make an image of this machine's own programs, with the libraries that they need, and without network.
 * @returns the image ID
 * @throws `missing-tool`, `bad-reference`, `usage`
 */
export async function buildFromHost(root: string, image: HostImage): Promise<string> {
  // Until the image has its name, nothing leads to its layers.
  return await holding(root, () => build(root, image));
}

async function build(root: string, { reference, programs, add }: HostImage): Promise<string> {
  const name = nameToGive(reference);
  const now = new Date();
  const created = now.toISOString();
  const steps = await stepsOf(programs, add, BigInt(now.getTime()) * 1_000_000n);
  const layers: LayerSource[] = [];
  for (const { entries } of steps) layers.push(await storeLayer(root, writeTar(entries), 6));
  const setting = (created_by: string) => ({ created, created_by, empty_layer: true as const });
  const history = [
    ...steps.map(({ created_by }) => ({ created, created_by })),
    ...(hostConfig.Env ?? []).map((one) => setting(`ENV ${one}`)),
    setting(`WORKDIR ${hostConfig.WorkingDir}`),
    setting(`CMD ${JSON.stringify(hostConfig.Cmd)}`),
  ];
  const architecture = localArchitecture();
  return await createImage(root, { created, architecture, config: hostConfig, layers, history }, name);
}

async function stepsOf(typed: readonly string[], add: readonly string[], now: bigint): Promise<Step[]> {
  const shell = [mustFindProgram('bash'), ...found(basics)];
  const others = typed.length > 0 ? typed.map(mustFindProgram) : found(selection);
  const programs = withInterpreters([...shell, ...others]);
  const files = new HostFiles();
  const libraries = await librariesOf([...programs, ...add.map((path) => resolve(path)).filter(isFile)]);
  for (const path of libraries) files.add(path);
  const steps: Step[] = [
    {
      created_by: `ADD libraries /  # the dynamic loader and ${libraries.length - 1} shared libraries`,
      entries: files.take(),
    },
  ];
  for (const path of programs) files.add(path);
  const names = others.map((path) => path.slice(path.lastIndexOf('/') + 1)).join(' ');
  steps.push({ created_by: `ADD programs /  # bash, coreutils, ${names}`, entries: files.take() });
  for (const path of topFolders) files.addEmpty(path);
  for (const path of machineFiles) files.add(path);
  steps.push({
    created_by: 'ADD configuration /  # root’s account and prompt, terminals, mount points',
    entries: merged(
      files.take(),
      newFiles.map((file) => entryOf(file, now)),
    ),
  });
  if (add.length > 0) steps.push({ created_by: `ADD ${add.join(' ')} /`, entries: added(files, add) });
  return steps;
}

const found = (names: readonly string[]): string[] =>
  names.map((name) => findProgram(name)).filter((path) => path !== undefined);

const isFile = (path: string): boolean => findProgram(path) !== undefined;

/** A script needs the program that its first line names. */
function withInterpreters(paths: readonly string[]): string[] {
  const interpreters = paths.map((path) => interpreterOf(path)).filter((path) => path !== undefined);
  return [...new Set([...paths, ...interpreters])];
}

function added(files: HostFiles, add: readonly string[]): NewEntry[] {
  for (const path of add) {
    if (files.add(resolve(path))) continue;
    throw new TsstepError({
      code: 'usage',
      what: `--add ${path}`,
      why: `there is no ${resolve(path)} on this machine`,
      remedy: 'name a file or a directory that is there',
    });
  }
  return files.take();
}

/** What is new wins over what the machine has at the same path. */
function merged(entries: readonly NewEntry[], others: readonly NewEntry[]): NewEntry[] {
  const byPath = new Map([...entries, ...others].map((entry) => [entry.path, entry]));
  return [...byPath.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

function entryOf({ path, type, mode, uid, gid, content }: NewFile, mtime: bigint): NewEntry {
  const entry = { path, type, mode, uid, gid, mtime };
  if (type === 'symlink') return { ...entry, target: Buffer.from(content).toString() };
  return type === 'file' ? { ...entry, size: content.length, content: [content] } : entry;
}
