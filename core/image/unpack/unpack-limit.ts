import { formatSize, parseSize } from '../../spec/size.ts';
import { badImage } from '../broken.ts';

const GiB = 2 ** 30;
/** Tars of real images are 2 to 10 times their blob; with preallocated, empty files of databases, some dozen times. */
const largestRatio = 100;
/** Below, any ratio will do: gzip alone reaches 1032:1, with a file of zeros. */
const alwaysAllowed = 2 * GiB;
const neverAllowed = 128 * GiB;
/** An entry takes an inode, and a directory or a piece between holes a block, however small it is in the tar. */
const blockBytes = 4096;

/**
 * What a layer may still take of the disk, so that a few megabytes cannot become terabytes: 100 times its blob, but 2 GiB in any case
 * and 128 GiB at most. TSSTEP_LAYER_LIMIT=SIZE says another limit.
 */
export class UnpackLimit {
  readonly #what: string;
  readonly #limit: number;
  #spent = 0;

  /**
   * @param blobSize bytes of the layer as it is stored
   * @throws `usage` when TSSTEP_LAYER_LIMIT is no size
   */
  constructor(blobSize: number, what: string) {
    const wanted = process.env['TSSTEP_LAYER_LIMIT'];
    const usual = Math.min(Math.max(blobSize * largestRatio, alwaysAllowed), neverAllowed);
    this.#limit = wanted ? parseSize('TSSTEP_LAYER_LIMIT', wanted, 'TSSTEP_LAYER_LIMIT=20g') : usual;
    this.#what = what;
  }

  /** Bytes of the tar. @throws `bad-image` above the limit */
  spend(bytes: number): void {
    this.#spent += bytes;
    this.#check(this.#spent);
  }

  /** An entry of the tar, stored in `pieces`; `size` bytes of it are still to come. @throws `bad-image` above the limit */
  spendEntry(size: number, pieces = 1): void {
    this.#spent += blockBytes * pieces;
    this.#check(this.#spent + size);
  }

  #check(bytes: number): void {
    if (bytes <= this.#limit) return;
    throw badImage(
      this.#what,
      `unpacked it would take more than ${formatSize(this.#limit)}. The limit is ${largestRatio} times the blob, but at least ` +
        `${formatSize(alwaysAllowed)}: a small file can hold what fills any disk`,
      'if you know the image and trust it, allow more: TSSTEP_LAYER_LIMIT=20g tsstep …',
    );
  }
}
