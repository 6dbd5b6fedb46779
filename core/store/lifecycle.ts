/** What is written down when something happens to a container: its state, and a line for `tsstep events`. */

import type { ContainerConfig } from './config.ts';
import { recordLifecycle } from './lifecycle-log.ts';

/** `more`: docker's attributes of this action, like exitCode or signal. */
export function recordContainer(
  root: string,
  { id, name, image, labels, spec }: ContainerConfig,
  action: string,
  more: Readonly<Record<string, string>> = {},
): void {
  const attributes = { ...labels, ...more, image: spec.image || image.name, name };
  recordLifecycle(root, { type: 'container', action, id, attributes });
}
