import { describe, expect, it } from 'vitest';
import { buildSteps } from '../../../../core/image/inside/history.ts';
import { instructionOf } from '../../../../core/image/inside/instruction.ts';

describe('an instruction', () => {
  it.each([
    ['/bin/sh -c #(nop) ADD file:0a1b2c in / ', 'ADD file:0a1b2c in /'],
    ['/bin/sh -c #(nop)  CMD ["bash"]', 'CMD ["bash"]'],
    ['/bin/sh -c apt-get update', 'RUN apt-get update'],
    ['|2 A=b C=d /bin/sh -c make', 'RUN make'],
    ['RUN /bin/sh -c set -eux; \tmake # buildkit', 'RUN set -eux; make'],
    ['RUN |1 A=b c /bin/sh -c make # buildkit', 'RUN make'],
    ['|1 A=b /usr/bin/make all', 'RUN /usr/bin/make all'],
    ['RUN |2 A=b C=d /usr/bin/make all # buildkit', 'RUN /usr/bin/make all'],
    ['/bin/busybox sh -c #(nop)  SHELL [/bin/sh -c]', 'SHELL [/bin/sh -c]'],
    ['|1 A=b /bin/sh -c #(nop)  LABEL a=b', 'LABEL a=b'],
    ['COPY a b # buildkit', 'COPY a b'],
    ['COPY docker-entrypoint.sh / # buildkit', 'COPY docker-entrypoint.sh /'],
    ['ENV A=/bin/sh -c', 'ENV A=/bin/sh -c'],
    ['RUN ["/bin/true"]', 'RUN ["/bin/true"]'],
    ["# debian.sh --arch 'amd64' out/ 'trixie'", "# debian.sh --arch 'amd64' out/ 'trixie'"],
    ['', ''],
  ])('%j was %j in the Dockerfile', (createdBy, instruction) => {
    expect(instructionOf(createdBy)).toBe(instruction);
  });
});

describe('a history', () => {
  const run = (created_by: string) => ({ created_by });

  it('gives each layer its step, and keeps those without layer apart', () => {
    const history = [run('ADD a /'), { created_by: 'ENV A=b', empty_layer: true }, run('RUN b')];
    expect(buildSteps(history, 2)).toEqual({
      steps: [{ instruction: 'ADD a /' }, { instruction: 'RUN b' }],
      settings: [{ instruction: 'ENV A=b', above: 1 }],
    });
  });

  it('of another length tells nothing about any layer', () => {
    expect(buildSteps([run('ADD a /')], 2).steps).toEqual([{}, {}]);
    expect(buildSteps(undefined, 1)).toEqual({ steps: [{}], settings: [] });
    expect(buildSteps(null, 0).steps).toEqual([]);
  });
});
