/** `tsstep probe`: a container's health check, once. For supervisors, not for people. */
import { parseExec } from '../../core/spec/exec.ts';
import { probeOf } from '../../core/spec/health.ts';
import { findContainer } from '../../core/store/containers.ts';
import { exec } from '../exec.ts';
import { quietFrontEnd } from '../json/front-end.ts';
import { Stepping } from '../stepping.ts';
import { openStateAsRoot } from './state.ts';

export async function probe(id: string): Promise<number> {
  const { config } = findContainer(openStateAsRoot('probe').root, id);
  const words = probeOf(config.healthcheck);
  if (!words) return 0;
  return await exec({
    config,
    spec: parseExec({}, config, words, {}),
    detach: false,
    signals: 'kill',
    detachKeys: Buffer.alloc(0),
    stepping: new Stepping({}),
    frontEnd: quietFrontEnd(),
    faults: new Map(),
    eventFiles: [],
    recordSecrets: false,
    showOutput: true,
    argv: process.argv.slice(2),
  });
}
