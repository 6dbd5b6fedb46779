/** What the printers of the script need besides the operation. */
import type { Known } from '../../../core/known.ts';
import { need } from '../../../core/paths.ts';
import type { Spec } from '../../../core/spec/types.ts';
import { Words } from './words.ts';

export class Writer {
  readonly spec: Spec;
  readonly known: Known;
  readonly #words: Words;
  #numbers = 0;

  constructor(spec: Spec, known: Known) {
    this.spec = spec;
    this.known = known;
    this.#words = new Words(known);
  }

  get id(): string {
    return need(this.known, 'id');
  }

  get words(): Words {
    return this.#words;
  }

  word(text: string): string {
    return this.#words.word(text);
  }

  /** A path of the container, which is below `root` until that is the root. Our own /dev holds no symlinks of the image. */
  at(root: string | undefined, path: string): string {
    if (root === undefined || root === '/') return this.word(path);
    if (path === '/' || path === root) return '"$MERGED"';
    if (path.startsWith('/dev/')) return this.word(`${root}${path}`);
    return `"$(inside ${this.word(path)})"`;
  }

  /** A name for one more variable. */
  variable(prefix: string): string {
    return `${prefix}_${++this.#numbers}`;
  }
}
