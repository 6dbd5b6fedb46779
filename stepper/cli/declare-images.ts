/**
 * The commands for images. Each is declared once and stands in two places, as with docker: `rmi` is `image rm`. Only declared
 * here; what they do is loaded when it is asked for.
 */
import type { Command } from 'commander';
import { declareFromHost } from './declare-from-host.ts';
import { declareImageShow } from './declare-image-show.ts';
import { addPullFlags } from './image/pull-flags.ts';

type Done = (code: number) => void;

/** Declares one command under `name`. */
type Declare = (parent: Command, name: string, done: Done) => void;

const several = (value: string, before: readonly string[] = []): string[] => [...before, value];

const list: Declare = (parent, name, done) => {
  parent
    .command(name)
    .summary('list images')
    .description('Lists the images of the local store, newest first.')
    .argument('[repository[:tag]]', 'only these; * stands for any part of a name')
    .option('-a, --all', 'as with docker; no image is hidden in any case')
    .option('-q, --quiet', 'IDs only')
    .option('--digests', 'digests too')
    .option('--no-trunc', 'whole IDs')
    .option(
      '-f, --filter <filter>',
      'dangling=, label=, before=, since=, reference= or until= (repeatable)',
      several,
    )
    .option('--format <format>', 'json, or a template like {{.Repository}}:{{.Tag}}')
    .action(async (pattern, flags) => done(await (await import('./image/list.ts')).images(pattern, flags)));
};

const remove: Declare = (parent, name, done) => {
  parent
    .command(name)
    .summary('remove images')
    .description(
      'Takes names away from images. With its last name an image goes, and what no other image has of it.',
    )
    .argument('<image...>', 'names or IDs, which may be shortened')
    .option('-f, --force', 'also one that containers which have ended need')
    .option('--no-prune', 'as with docker; no image has untagged parents here')
    .action(async (images, flags) => done(await (await import('./image/rm.ts')).rmi(images, flags)));
};

const tag: Declare = (parent, name, done) => {
  parent
    .command(name)
    .summary('give an image one more name')
    .description('Gives an image one more name. Another image that had it loses it.')
    .argument('<image>', 'a name or an ID')
    .argument('<new-name>', 'like app:2')
    .action(async (source, target) => done(await (await import('./image/tag.ts')).tag(source, target)));
};

const history: Declare = (parent, name, done) => {
  parent
    .command(name)
    .summary('show how an image was made')
    .description(
      'Shows the steps that an image was made in, the last one first, and how large their layers are.',
    )
    .argument('<image>', 'a name or an ID')
    .option('-q, --quiet', 'IDs only')
    .option('-H, --human', 'sizes and times for people', true)
    .option('--no-human', 'bytes and dates')
    .option('--no-trunc', 'whole IDs and steps')
    .option('--format <format>', 'json, or a template like {{.CreatedBy}}')
    .action(async (image, flags) => done(await (await import('./image/history.ts')).history(image, flags)));
};

const save: Declare = (parent, name, done) => {
  parent
    .command(name)
    .summary('write images to an archive')
    .description('Writes images to a tar that docker, podman, skopeo and `tsstep load` can read.')
    .argument('<image...>', 'names or IDs; a name without a tag means all of its tags')
    .option('-o, --output <file>', 'write this file instead of standard output')
    .action(async (images, flags) => done(await (await import('./image/save.ts')).save(images, flags)));
};

const pull: Declare = (parent, name, done) => {
  const command = parent
    .command(name)
    .summary('get an image from a registry')
    .description(
      'Gets an image from a registry and unpacks it: the first stage of a run, which can be watched in the same way.',
    );
  addPullFlags(command).action(async (image, flags) =>
    done(await (await import('./image/pull.ts')).pullImage(image, flags)),
  );
};

const push: Declare = (parent, name, done) => {
  parent
    .command(name)
    .summary('send an image to a registry')
    .description('Sends an image of the local store to the registry that its name begins with.')
    .argument('<image>', 'HOST[:PORT]/NAME[:TAG]; without a host docker.io is meant')
    .option('-a, --all-tags', 'all images of this name, whatever their tags')
    .option('-q, --quiet', 'print the name only')
    .option(
      '--insecure-registry <host:port>',
      'accept plain HTTP and unknown certificates from this host or network (repeatable)',
      several,
    )
    .action(async (image, flags) => done(await (await import('./image/push.ts')).push(image, flags)));
};

const load: Declare = (parent, name, done) => {
  parent
    .command(name)
    .summary('load images of an archive')
    .description(
      'Loads the images of a `docker save` archive or an OCI layout: a file, a directory, or standard input.',
    )
    .option('-i, --input <file>', 'read this file or directory instead of standard input')
    .option('-q, --quiet', 'do not say what was loaded')
    .action(async (flags) => done(await (await import('./image/load.ts')).load(flags)));
};

const importRootfs: Declare = (parent, name, done) => {
  parent
    .command(name)
    .summary('make an image of a root filesystem')
    .description('Makes an image with one layer of a tar, such as `docker export` writes.')
    .argument('<file>', 'a tar, may be gzip or zstd; - is standard input')
    .argument('[name[:tag]]', 'what to call the image')
    .option(
      '-c, --change <instruction>',
      'a Dockerfile instruction, like \'CMD ["/bin/sh"]\' (repeatable)',
      several,
    )
    .action(async (file, to, flags) =>
      done(await (await import('./image/import.ts')).importImage(file, to, flags)),
    );
};

const inspect: Declare = (parent, name, done) => {
  parent
    .command(name)
    .summary('show everything about images, as JSON')
    .description('Shows what is known about each image, in the words of docker image inspect.')
    .argument('<image...>', 'names or IDs, which may be shortened')
    .option('-f, --format <template>', 'only this: {{.Os}}, {{json .Config}}')
    .action(async (images, flags) =>
      done(await (await import('./inspect.ts')).inspect(images, { ...flags, type: 'image' })),
    );
};

const prune: Declare = (parent, name, done) => {
  parent
    .command(name)
    .summary('remove images that nothing uses')
    .description('Removes images without a name that no container uses, and files that no image leads to.')
    .option('-a, --all', 'images with a name too')
    .option('-f, --force', 'do not ask')
    .option('--filter <filter>', 'until=, label= or label!= (repeatable)', several)
    .action(async (flags) => done(await (await import('./image/prune.ts')).prune(flags)));
};

/** Under `image`, and what docker calls it at the top. */
const commands: readonly (readonly [declare: Declare, below: string, top?: string])[] = [
  [list, 'ls', 'images'],
  [inspect, 'inspect'],
  [tag, 'tag', 'tag'],
  [remove, 'rm', 'rmi'],
  [history, 'history', 'history'],
  [pull, 'pull', 'pull'],
  [push, 'push', 'push'],
  [save, 'save', 'save'],
  [load, 'load', 'load'],
  [importRootfs, 'import', 'import'],
  [prune, 'prune'],
];

/** `done` gets the exit code. */
export function declareImages(program: Command, done: Done): void {
  const image = program
    .command('image')
    .summary('look after images')
    .description('Lists, shows, removes and passes on the images of the local store.')
    .enablePositionalOptions();
  for (const [declare, below, top] of commands) {
    declare(image, below, done);
    if (top !== undefined) declare(program, top, done);
  }
  declareImageShow(image, done);
  declareFromHost(image, done);
}
