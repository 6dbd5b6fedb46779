/** Image stores that a test may ruin: state directories of their own in a sandbox. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { buildLab } from '../../../core/image/lab/lab.ts';
import type { ResolvedImage } from '../../../core/image/types.ts';
import type { Event } from '../../../tracer/events.ts';
import type { Result, Started, StartOptions } from '../../support/commands.ts';
import type { Sandbox } from '../../support/sandbox.ts';

export class OtherStore {
  readonly root: string;
  readonly #sandbox: Sandbox;

  constructor(sandbox: Sandbox, name: string) {
    this.#sandbox = sandbox;
    this.root = join(sandbox.directory, name);
  }

  start(argv: readonly string[], options: StartOptions = {}): Started<Event> {
    const env = { TSSTEP_ROOT: this.root, TSSTEP_RUN: join(this.root, 'run') };
    return this.#sandbox.startTsstep(argv, { ...options, env });
  }

  async tsstep(...argv: readonly string[]): Promise<Result> {
    return await this.start(argv).ended;
  }

  /** What it printed; it has to succeed, and without complaint. */
  async said(...argv: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await this.tsstep(...argv);
    if (code !== 0 || stderr !== '')
      throw new Error(`tsstep ${argv.join(' ')} ended with ${code}: ${stderr}`);
    return stdout;
  }

  /** The image `lab` under another name, so that nobody makes it again by itself. */
  async makeImage(name: string): Promise<ResolvedImage> {
    return await buildLab(this.root, name);
  }

  /** Runs a command in a container without network, to its end. */
  async run(image: string, ...command: readonly string[]): Promise<Result> {
    return await this.tsstep('run', '--rm', '--pull', 'never', '--network', 'none', image, ...command);
  }

  /** Blobs, unpacked layers, links and whatever else takes space. */
  files(): string[] {
    const folders = [
      'images/blobs/sha256',
      'images/tmp',
      'layers',
      'layers/l',
      'layers/partial',
      'layers/sizes',
      'layers/locks',
    ];
    return folders.flatMap((folder) => {
      const at = join(this.root, folder);
      const names = existsSync(at) ? readdirSync(at) : [];
      return names
        .filter((name) => !['l', 'locks', 'partial', 'sizes'].includes(name))
        .map((name) => `${folder}/${name}`);
    });
  }
}
