import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Channel,
  controlFrame,
  FrameDecoder,
  frameHeader,
  parseControl,
} from '../../../core/supervisor/frames.ts';

const frame = fc.record({
  channel: fc.constantFrom<Channel>(0, 1, 2, 3),
  payload: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
});

describe('frames', () => {
  it('have docker’s stream header', () => {
    expect([...frameHeader(2, 0x01020304)]).toEqual([2, 0, 0, 0, 1, 2, 3, 4]);
  });

  it('come out as they went in, however a socket cuts them', () => {
    fc.assert(
      fc.property(fc.array(frame), fc.array(fc.integer({ min: 1, max: 400 })), (frames, cuts) => {
        const bytes = Buffer.concat(
          frames.flatMap(({ channel, payload }) => [frameHeader(channel, payload.length), payload]),
        );
        const decoder = new FrameDecoder();
        const pieces: Buffer[] = [];
        let at = 0;
        for (const cut of [...cuts, bytes.length + 1]) {
          if (at < bytes.length) pieces.push(bytes.subarray(at, at + cut));
          at += cut;
        }
        expect(pieces.flatMap((piece) => decoder.push(piece))).toEqual(frames);
      }),
    );
  });

  it('that are none are refused: an unknown channel, more than a mebibyte', () => {
    expect(() => new FrameDecoder().push(frameHeader(4 as Channel, 0))).toThrow(RangeError);
    expect(() => new FrameDecoder().push(frameHeader(1, 1024 * 1024 + 1))).toThrow(RangeError);
  });

  it('of control are JSON objects', () => {
    const [sent] = new FrameDecoder().push(controlFrame({ resize: { rows: 1, columns: 2 } }));
    expect(parseControl(sent?.payload as Buffer)).toEqual({ resize: { rows: 1, columns: 2 } });
    for (const text of ['', 'null', '[]', '1'])
      expect(() => parseControl(Buffer.from(text))).toThrow(SyntaxError);
  });
});
