import { type FSWatcher, watch } from 'node:fs';

/** The kernel tells of changes; where it cannot (no inotify watches left), looking now and then has to do. */
const LOOK_MILLISECONDS = 500;

/** Waits for changes in a directory. What changes while nobody waits is not missed. */
export class Changes {
  #watcher: FSWatcher | undefined;
  #changed = false;
  #wake: (() => void) | undefined;

  constructor(directory: string) {
    try {
      this.#watcher = watch(directory, () => this.#tell());
      this.#watcher.on('error', () => this.#watcher?.close());
    } catch {
      this.#watcher = undefined;
    }
  }

  async next(): Promise<void> {
    if (!this.#changed) {
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        timer = setTimeout(resolve, LOOK_MILLISECONDS);
      });
      clearTimeout(timer);
    }
    this.#changed = false;
  }

  close(): void {
    this.#watcher?.close();
  }

  #tell(): void {
    this.#changed = true;
    this.#wake?.();
  }
}
