import { familiarName, parseReference } from '../../core/image/reference.ts';
import type { ImageLayer } from '../../core/image/types.ts';
import { imageOf, type Known, learn } from '../../core/known.ts';
import type { Operation } from '../../core/operation.ts';
import type { Event, EventOf } from '../../tracer/events.ts';
import type { Bars } from './bars.ts';
import { Transfers } from './transfer.ts';

const doing = { layer: 'Downloading', unpack: 'Extracting' } as const;

/** A pull in docker's words: a line for what happened to each layer, and bars where the stream is a terminal. */
export class PullDisplay {
  readonly #stream: NodeJS.WriteStream;
  readonly #transfers = new Transfers();
  #bars: Bars | undefined;
  #known: Known | undefined;
  #operation: Operation | undefined;
  #pulling = false;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  readonly listener = (event: Event): void => {
    if (event.type === 'session-started') this.#known = event.known;
    else if (event.type === 'operation-started') this.#operation = event.operation;
    else if (event.type === 'operation-ended') this.#ended(event);
    else if (event.type === 'progress') this.#progress(event);
    else if (event.type === 'stage-left' || event.type === 'session-ended') this.clear();
  };

  clear(): void {
    this.#bars?.clear();
  }

  #ended(event: EventOf<'operation-ended'>): void {
    const operation = this.#operation;
    this.#bars?.remove(event.name);
    if (!event.ok) this.clear();
    if (!operation || !event.ok) return;
    if (operation.saves && this.#known) this.#known = learn(this.#known, operation.saves, event.value);
    if (operation.kind === 'resolve-image' && !operation.pull) this.#missing();
    else if (operation.kind === 'fetch-manifest' && event.name.startsWith('manifest'))
      this.#begins(operation);
    else if (operation.kind === 'fetch-config') this.#layersAre();
    else if (operation.kind === 'fetch-layer') this.#fetched(event.name);
    else if (operation.kind === 'unpack-layer' && this.#pulling)
      this.#say(`${this.#id(event.name)}: Pull complete`);
  }

  #missing(): void {
    const { lookup } = this.#known ?? {};
    if (lookup && 'from' in lookup)
      this.#say(`Unable to find image '${familiarName(parseReference(lookup.from.name))}' locally`);
  }

  #begins({ repository, reference }: { repository: string; reference: string }): void {
    this.#pulling = true;
    this.#say(`${reference}: Pulling from ${repository}`);
    if (this.#stream.isTTY) void this.#loadBars();
  }

  async #loadBars(): Promise<void> {
    // Only a pull on a terminal needs it, and every run would pay for it.
    const { Bars } = await import('./bars.ts');
    this.#bars ??= new Bars(this.#stream);
  }

  #layersAre(): void {
    for (const { digest, stored, unpacked } of imageOf(this.#known ?? {})?.layers ?? [])
      this.#say(`${short(digest)}: ${stored && unpacked ? 'Already exists' : 'Pulling fs layer'}`);
  }

  #progress({ name, done, total, time }: EventOf<'progress'>): void {
    const what = /^(layer|unpack)-/.exec(name)?.[1] as keyof typeof doing | undefined;
    if (!what || total === undefined || !this.#pulling) return;
    const transfer = this.#transfers.update(name, BigInt(time), done, total);
    this.#bars?.show(name, `${this.#id(name)}: ${doing[what].padEnd(11)}`, transfer);
  }

  /** A layer that is unpacked already came with another image, in another blob. */
  #fetched(name: string): void {
    this.#say(`${this.#id(name)}: Download complete`);
    if (this.#layer(name)?.unpacked) this.#say(`${this.#id(name)}: Pull complete`);
  }

  /** `layer-2`, `unpack-2` and `layer-2-2` are about the second layer. */
  #layer(name: string): ImageLayer | undefined {
    const number = Number(/^\w+-(\d+)/.exec(name)?.[1]);
    return imageOf(this.#known ?? {})?.layers[number - 1];
  }

  #id(name: string): string {
    return short(this.#layer(name)?.digest ?? '');
  }

  #say(text: string): void {
    this.clear();
    this.#stream.write(`${text}\n`);
  }
}

const short = (digest: string): string => digest.replace('sha256:', '').slice(0, 12);
