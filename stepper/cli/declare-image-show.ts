import { type Command, InvalidArgumentError } from 'commander';

/** `tsstep image show`, below the command `image`. `done` gets the exit code. */
export function declareImageShow(image: Command, done: (code: number) => void): void {
  image
    .command('show')
    .summary('show the layers of an image, and what is in them')
    .description(
      'Shows the layers of an image as a stack: what made each, what it adds, changes and removes, and who shares it.',
    )
    .argument('<image>', 'a name, a digest or an image ID')
    .option('--layer <n>', 'one layer with its files; with --file, its version (1 is the lowest)', numberOf)
    .option('--files', 'the files of every layer')
    .option('--file <path>', 'which layers have this file, and its content as a container sees it')
    .option('--diff <path>', 'what is different between the last two versions of this file')
    .option('--layers <a..b>', 'with --diff: the file as of layer A and as of layer B', rangeOf)
    .option('--json', 'as JSON')
    .action(async (name, flags) => done(await (await import('./image-show.ts')).imageShow(name, flags)));
}

function numberOf(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Layers are numbers from 1, the lowest.');
}

function rangeOf(text: string): [from: number, to: number] {
  const [, from, to] = /^([1-9]\d{0,5})\.\.([1-9]\d{0,5})$/.exec(text) ?? [];
  if (from !== undefined && to !== undefined && Number(from) < Number(to)) return [Number(from), Number(to)];
  throw new InvalidArgumentError('Two layers are written like 2..5, the lower one first.');
}
