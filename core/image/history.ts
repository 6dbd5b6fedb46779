import { layerSizes } from './store/layer-size.ts';
import { documentsOf, type StoredImage } from './store/stored.ts';

/** A line of `tsstep history`: one step of how the image was made. */
export interface HistoryLine {
  /** The image's ID for the last step; of the others no image is left. */
  id?: string;
  /** ISO 8601. */
  created?: string;
  createdBy: string;
  /** Bytes of the files of its layer; 0 where it changed the configuration only. */
  size: number;
  comment: string;
}

/** Last step first. @throws TsstepError bad-image when it cannot be read */
export function historyOf(root: string, image: StoredImage): HistoryLine[] {
  const { config } = documentsOf(image);
  const sizes = layerSizes(root, image);
  const lines = (config.history ?? []).map((step): HistoryLine => {
    const { created, created_by: createdBy, comment, empty_layer: empty } = step;
    const size = empty ? 0 : (sizes.shift()?.bytes ?? 0);
    return { ...(created && { created }), createdBy: createdBy ?? '', size, comment: comment ?? '' };
  });
  return lines.reverse().map((line, index) => (index === 0 ? { id: image.id, ...line } : line));
}
