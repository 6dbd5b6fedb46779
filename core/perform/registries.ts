import type { Blob } from '../image/blobs.ts';
import type { Answer } from '../known.ts';
import type { Progress } from '../machine.ts';
import type { OperationOf } from '../operation.ts';
import type { Registry } from '../registry/client.ts';
import { readSettings } from '../registry/settings.ts';
import type { Endpoint, RegistrySettings } from '../registry/types.ts';

/** As many downloads as docker has under way unless told (dockerd --max-concurrent-downloads). */
const AT_ONCE = 3;

type Fetch = OperationOf<'fetch-layer'>;
type Tell = (progress: Progress) => void;

/** This run's clients, one an endpoint. They hold the tokens, which are written down nowhere. */
export class Registries {
  readonly #root: string;
  readonly #insecure: readonly string[];
  readonly #clients = new Map<string, Promise<Registry>>();
  readonly #begun = new Map<string, Promise<Answer>>();
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(root: string, insecure: readonly string[]) {
    this.#root = root;
    this.#insecure = insecure;
  }

  /** @throws TsstepError usage: the configuration file cannot be understood */
  get settings(): RegistrySettings {
    return readSettings(process.env, this.#insecure);
  }

  async open(endpoint: Endpoint): Promise<Registry> {
    const open = this.#clients.get(endpoint.url) ?? this.#connect(endpoint);
    this.#clients.set(endpoint.url, open);
    return await open;
  }

  /** Begins downloads that later operations will wait for. */
  ahead(fetches: readonly Fetch[], tell: (fetch: Fetch, progress: Progress) => void): void {
    // Whoever waits for it meets its failure; nobody may wait.
    for (const fetch of fetches)
      this.#begin(fetch, (progress) => tell(fetch, progress)).catch(() => undefined);
  }

  /** The layer's blob, in the store; one that was begun ahead is waited for. */
  async layer(fetch: Fetch, tell: Tell): Promise<Answer> {
    return await this.#begin(fetch, tell);
  }

  async download(
    { endpoint, repository, blob }: { endpoint: Endpoint; repository: string; blob: Blob },
    tell?: Tell,
  ): Promise<Answer> {
    const { downloadBlob } = await import('../registry/download.ts');
    const registry = await this.open(endpoint);
    const begin = process.hrtime.bigint();
    const answer = await downloadBlob(registry, this.#root, repository, blob, (done, total) =>
      tell?.({ done, total, unit: 'bytes' }),
    );
    return { ...answer, took: Number(process.hrtime.bigint() - begin) };
  }

  /** Ends what is under way; what has come so far is gone on with the next time. */
  close(): void {
    for (const client of this.#clients.values())
      client.then((registry) => registry.close()).catch(() => undefined);
  }

  async #connect(endpoint: Endpoint): Promise<Registry> {
    const { Registry } = await import('../registry/client.ts');
    return new Registry(endpoint, { env: process.env, settings: this.settings });
  }

  #begin(fetch: Fetch, tell: Tell): Promise<Answer> {
    const key = fetch.name;
    const begun = this.#begun.get(key) ?? this.#inTurn(() => this.download(fetch, tell));
    this.#begun.set(key, begun);
    return begun;
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= AT_ONCE) await new Promise<void>((go) => this.#waiting.push(go));
    this.#running++;
    try {
      return await work();
    } finally {
      this.#running--;
      this.#waiting.shift()?.();
    }
  }
}
