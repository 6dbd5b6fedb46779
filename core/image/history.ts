import { pairHistory } from './pair-history.ts';
import { layerSizes } from './store/layer-size.ts';
import { documentsOf, type StoredImage } from './store/stored.ts';

/** A line of `tsstep history`: one step of how the image was made. */
export interface HistoryLine {
  /** The image's ID for the last step; of the others no image is left. */
  id?: string;
  /** ISO 8601. */
  created?: string;
  createdBy: string;
  /** Bytes of the files of its layer; 0 where it changed the configuration only. Absent: nobody can know which layer is its. */
  size?: number;
  comment: string;
}

/** Last step first. @throws TsstepError bad-image when it cannot be read */
export function historyOf(root: string, image: StoredImage): HistoryLine[] {
  const sizes = layerSizes(root, image).map(({ bytes }) => bytes);
  const lines = pairHistory(documentsOf(image).config.history, sizes.length).map(
    ({ entry: { created, created_by, comment, empty_layer }, layer }): HistoryLine => {
      const size = empty_layer ? 0 : layer === undefined ? undefined : sizes[layer];
      return {
        ...(created && { created }),
        createdBy: created_by ?? '',
        ...(size !== undefined && { size }),
        comment: comment ?? '',
      };
    },
  );
  return lines.reverse().map((line, index) => (index === 0 ? { id: image.id, ...line } : line));
}
