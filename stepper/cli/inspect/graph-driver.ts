import { imageOf, type Known } from '../../../core/known.ts';
import { containerFiles } from '../../../core/paths.ts';
import { goMap } from '../template/go-values.ts';

/** Docker's name for overlayfs. The directories are the ones of the mount, whose options name the layers by short links. */
export function graphDriverOf(root: string, id: string, known: Known | undefined) {
  const { upper, work, merged } = containerFiles(root, id);
  // overlayfs.rst: the first lowerdir is the topmost; an image lists its lowest layer first.
  const lower = (imageOf(known ?? {})?.layers ?? []).map(({ directory }) => directory).reverse();
  return {
    Name: 'overlay2',
    Data: goMap({
      LowerDir: lower.join(':'),
      MergedDir: merged,
      UpperDir: upper,
      WorkDir: work,
    }),
  };
}
