import { appendFileSync, existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { lifecycleLog, olderLifecycleLog } from '../../../core/paths.ts';
import { recordLifecycle, recordVolume } from '../../../core/store/lifecycle-log.ts';
import { LifecycleReader } from '../../../core/store/lifecycle-reader.ts';
import { temporaryRoot } from '../image/tars.ts';

const event = (id: number) =>
  ({ type: 'container', action: 'start', id: `c${id}`, attributes: { name: `n${id}` } }) as const;

describe('the lifecycle log', () => {
  it('is bounded, and a reader that follows it misses nothing when it is begun anew', () => {
    const root = temporaryRoot();
    const reader = new LifecycleReader(root);
    const seen: string[] = [];
    for (let id = 0; id < 50; id++) {
      recordLifecycle(root, event(id), 1000);
      if (id % 3 === 0) seen.push(...reader.read().map((each) => each.id));
    }
    seen.push(...reader.read().map((each) => each.id));
    reader.close();
    expect(seen).toEqual(Array.from({ length: 50 }, (_, id) => `c${id}`));
    const kept = new LifecycleReader(root);
    const last = kept.read().map((each) => each.id);
    kept.close();
    expect(last.length).toBeLessThan(25);
    expect(last).toEqual(seen.slice(-last.length));
    expect(existsSync(olderLifecycleLog(root))).toBe(true);
  });

  it('keeps nanoseconds, skips a line that was cut off, and waits for one that is being written', () => {
    const root = temporaryRoot();
    recordVolume(root, 'data', 'create');
    appendFileSync(lifecycleLog(root), '{"time":"17\n{"time":"1795534916299096698","type":"volume",');
    const reader = new LifecycleReader(root);
    expect(reader.read().map(({ id, attributes }) => [id, attributes])).toEqual([
      ['data', { driver: 'local' }],
    ]);
    appendFileSync(lifecycleLog(root), '"action":"destroy","id":"data","attributes":{}}\n');
    expect(reader.read()).toMatchObject([{ time: 1795534916299096698n, action: 'destroy' }]);
    reader.close();
  });

  it('that cannot be written keeps nobody from anything', () => {
    expect(() => recordVolume('/proc/nowhere', 'data', 'create')).not.toThrow();
  });
});
