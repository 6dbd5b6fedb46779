import { TsstepError } from '../errors.ts';
import type { Blob } from '../image/store/blobs.ts';
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
  readonly #closing = new AbortController();
  /** Rejects when `close` is called: one promise for all who wait, as each would add a listener of its own. */
  readonly #closed = new Promise<never>((_, reject) =>
    this.#closing.signal.addEventListener('abort', () => reject(new Error('closed'))),
  );
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(root: string, insecure: readonly string[]) {
    this.#root = root;
    this.#insecure = insecure;
    this.#closed.catch(() => undefined);
  }

  /** @throws TsstepError usage: the configuration file cannot be understood */
  get settings(): RegistrySettings {
    return readSettings(process.env, this.#insecure);
  }

  /** Asks a registry something; `close` ends even its waiting for a better moment. */
  async ask<T>(endpoint: Endpoint, question: (registry: Registry) => Promise<T>): Promise<T> {
    const { signal } = this.#closing;
    if (signal.aborted) throw interrupted(endpoint);
    const client = this.#clients.get(endpoint.url) ?? this.#connect(endpoint);
    this.#clients.set(endpoint.url, client);
    try {
      return await Promise.race([client.then(question), this.#closed]);
    } catch (error) {
      throw signal.aborted ? interrupted(endpoint) : error;
    }
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
    const progress = (done: number, total: number) => tell?.({ done, total, unit: 'bytes' });
    const begin = process.hrtime.bigint();
    const answer = await this.ask(
      endpoint,
      async (registry) =>
        await downloadBlob(registry, this.#root, repository, blob, progress, this.#closing.signal),
    );
    return { ...answer, milliseconds: Math.round(Number(process.hrtime.bigint() - begin) / 1e6) };
  }

  /** Ends what is under way; what has come so far is gone on with the next time. */
  close(): void {
    this.#closing.abort();
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

function interrupted({ url }: Endpoint): TsstepError {
  return new TsstepError({
    code: 'registry',
    what: `the conversation with ${url} was broken off`,
    why: 'the run was told to stop',
    remedy: 'run it again: what has come is not fetched twice',
  });
}
