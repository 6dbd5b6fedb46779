import { describe, expect, it } from 'vitest';
import type { RecordedLifecycle } from '../../../core/store/lifecycle-reader.ts';
import { eventFilter } from '../../../stepper/cli/events/filters.ts';
import { eventJson, eventLine } from '../../../stepper/cli/events/text.ts';

const start: RecordedLifecycle = {
  time: 1795534937584917393n,
  type: 'container',
  action: 'start',
  id: '1e1f4ebc612b',
  attributes: { name: 'web', image: 'lab:latest', team: 'a' },
};
const mount: RecordedLifecycle = {
  time: 1795534916000000001n,
  type: 'volume',
  action: 'mount',
  id: 'data',
  attributes: { driver: 'local', 'read/write': 'true' },
};

describe('an event', () => {
  it('is docker’s line, with nine digits of a second and sorted attributes', () => {
    // docker 20.10 wrote this time for this number, at UTC.
    expect(eventLine(start).replace(/^.*\./, '')).toMatch(
      /^584917393(Z|[+-]\d\d:\d\d) container start 1e1f4ebc612b \(image=lab:latest, name=web, team=a\)$/,
    );
    expect(eventLine({ ...mount, attributes: {} })).toMatch(/\.000000001\S+ volume mount data$/);
  });

  it('is docker’s JSON, with nanoseconds that no double could hold', () => {
    expect(eventJson(start)).toBe(
      '{"status":"start","id":"1e1f4ebc612b","from":"lab:latest","Type":"container","Action":"start","Actor":{"ID":"1e1f4ebc612b","Attributes":{"image":"lab:latest","name":"web","team":"a"}},"scope":"local","time":1795534937,"timeNano":1795534937584917393}',
    );
    expect(eventJson(mount)).toBe(
      '{"Type":"volume","Action":"mount","Actor":{"ID":"data","Attributes":{"driver":"local","read/write":"true"}},"scope":"local","time":1795534916,"timeNano":1795534916000000001}',
    );
  });
});

describe('a filter of events', () => {
  it.each<[filters: string[], containers: boolean, volumes: boolean]>([
    [['type=volume'], false, true],
    [['type=volume', 'type=container'], true, true],
    [['container=we'], true, false],
    [['container=1e1f'], true, false],
    [['volume=da'], false, true],
    [['event=start', 'image=lab'], true, false],
    [['event=start', 'image=la'], false, false],
    [['label=team=a'], true, false],
    [['label=team=b'], false, false],
    [['scope=local'], true, true],
  ])('%j', (filters, containers, volumes) => {
    const isWanted = eventFilter(filters);
    expect([isWanted(start), isWanted(mount)]).toEqual([containers, volumes]);
  });

  it('that does not exist is refused with those that do', () => {
    expect(() => eventFilter(['foo=x'])).toThrow("Invalid filter 'foo'");
  });

  it('without a value is a wrong flag, with docker’s 125', () => {
    expect(() => eventFilter(['foo'])).toThrow(
      expect.objectContaining({ failure: expect.objectContaining({ exit: 125 }) }),
    );
  });
});
