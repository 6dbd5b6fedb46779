/** `tsstep supervise`: for supervisors, not for people. */
import * as lifecycle from '../lifecycle/supervise.ts';
import { openStateAsRoot } from './state.ts';

export async function supervise(id: string): Promise<number> {
  const { root } = openStateAsRoot('supervise');
  return await lifecycle.supervise(root, id);
}
