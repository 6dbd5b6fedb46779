import { afterEach, describe, expect, it } from 'vitest';
import { Tools } from '../../../../tracer/probes/tools.ts';

const tools = new Tools();
afterEach(() => tools.close());

/** Answers each line with itself, twice late and once with a complaint. */
const echo =
  'while read -r line; do case $line in no) echo "Command failed: no" >&2 ;; *) echo "<$line>" ;; esac; done';

describe('a tool that stays', () => {
  it('is one process for all questions, and answers each with a line, an empty one too', async () => {
    const tool = tools.use('pid', ['sh', '-c', 'while read -r line; do echo "$$ $line"; done']);
    const [first, second] = [await tool.ask(['a', '']), await tool.ask(['b'])];
    const pid = first[0]?.split(' ')[0];
    expect([first, second]).toEqual([[`${pid} a`, `${pid} `], [`${pid} b`]]);
    expect(tools.use('pid', ['false'])).toBe(tool);
  });

  it('may refuse a question: what it says of that on stderr counts as an answer', async () => {
    const tool = tools.use('echo', ['sh', '-c', echo]);
    expect(await tool.ask(['a', 'no', 'b'], /^Command failed.*\n/gm)).toEqual(['<a>', '<b>']);
    expect(await tool.ask(['c'])).toEqual(['<c>']);
  });

  it('that has ended or is not installed answers nothing, and is started again when it is used', async () => {
    for (const argv of [['true'], ['/nowhere/at/all']]) {
      const tool = tools.use('gone', argv);
      expect(await tool.ask(['a'])).toEqual([]);
      expect(tool.ended).toBe(true);
      expect(tools.use('gone', argv)).not.toBe(tool);
    }
  });
});
