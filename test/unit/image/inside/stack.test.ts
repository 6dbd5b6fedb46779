import { describe, expect, it } from 'vitest';
import { ListBuilder } from '../../../../core/image/inside/list.ts';
import { LayerStack } from '../../../../core/image/inside/stack.ts';
import type { FileChange, LayerFile } from '../../../../core/image/inside/types.ts';

const file = (content: string, more: Partial<LayerFile> = {}): LayerFile => ({
  type: 'file',
  mode: 0o644,
  uid: 0,
  gid: 0,
  size: content.length,
  target: '',
  digest: content,
  ...more,
});
const directory = (more: Partial<LayerFile> = {}): LayerFile => ({
  ...file(''),
  type: 'directory',
  mode: 0o755,
  ...more,
});

type Fill = (list: ListBuilder) => void;

function stackOf(...layers: readonly Fill[]): LayerStack {
  const stack = new LayerStack((_layer, _path, { digest = '' }) => digest);
  for (const fill of layers) {
    const list = new ListBuilder();
    fill(list);
    stack.add(list);
  }
  return stack;
}

/** `+a`, `~b`, `-c` */
const short = (changes: readonly FileChange[] = []): string[] =>
  changes.map(({ kind, path }) => ({ added: '+', changed: '~', removed: '-' })[kind] + path);

const base: Fill = (list) => {
  list.add('a', directory());
  list.add('a/one', file('1'));
  list.add('a/two', file('22'));
  list.add('a/sub', directory());
  list.add('a/sub/three', file('333'));
  list.add('a-b', file('4444'));
};

describe('a layer on top of another', () => {
  it('adds what was not there, and takes a repeated directory for no change', () => {
    const { layers } = stackOf(base, (list) => {
      list.add('a', directory());
      list.add('a/new', file('n'));
    });
    expect(short(layers[0]?.changes)).toEqual(['+a', '+a/one', '+a/sub', '+a/sub/three', '+a/two', '+a-b']);
    expect(short(layers[1]?.changes)).toEqual(['+a/new']);
    expect(layers[0]).toMatchObject({
      bytes: 10,
      wasted: 0,
      counts: { added: { files: 4, directories: 2 } },
    });
  });

  it('changes a directory whose owner or mode is another one', () => {
    const { layers } = stackOf(base, (list) => list.add('a', directory({ uid: 33 })));
    expect(short(layers[1]?.changes)).toEqual(['~a']);
    expect(layers[1]?.counts.changed).toEqual({ files: 0, directories: 1 });
  });

  it('wastes the content that it replaces', () => {
    const stack = stackOf(base, (list) => list.add('a/two', file('xx')));
    expect(short(stack.layers[1]?.changes)).toEqual(['~a/two']);
    expect(stack.layers[0]?.wasted).toBe(2);
    expect(stack.waste).toEqual([{ path: 'a/two', bytes: 2, layer: 1, hiddenBy: 2, how: 'replaced' }]);
    expect(stack.layers[0]?.changes.find(({ path }) => path === 'a/two')?.hiddenBy).toBe(2);
  });

  it('wastes content that it only gives to another owner, and says so', () => {
    const stack = stackOf(base, (list) => list.add('a/two', file('22', { uid: 33 })));
    expect(stack.layers[1]?.changes).toMatchObject([
      { kind: 'changed', sameContent: true, below: { layer: 1 } },
    ]);
    expect(stack.waste).toMatchObject([{ bytes: 2, how: 'copied' }]);
  });

  it('compares content only where the sizes are equal', () => {
    const asked: string[] = [];
    const stack = new LayerStack((layer, path) => `${asked.push(`${layer}:${path}`)}`);
    for (const content of ['abc', 'abcd', 'dcba'])
      stack.add({
        ...new ListBuilder(),
        files: new Map([['f', file(content)]]),
        removed: new Set(),
        opaque: new Set(),
      });
    expect(asked).toEqual(['2:f', '3:f']);
  });

  it('removes what a whiteout names, with everything below it', () => {
    const stack = stackOf(base, (list) => list.remove('a'));
    expect(short(stack.layers[1]?.changes)).toEqual(['-a', '-a/one', '-a/sub', '-a/sub/three', '-a/two']);
    expect(stack.layers[1]?.counts.removed).toEqual({ files: 3, directories: 2 });
    expect(stack.layers[0]?.wasted).toBe(6);
    expect(stack.seen('a/one')).toBeUndefined();
    expect(stack.seen('a-b')?.layer).toBe(1);
  });

  it('does not hide what it brings itself, whichever comes first', () => {
    const both: Fill[] = [
      (list) => {
        list.remove('a');
        list.add('a', directory());
        list.add('a/new', file('n'));
      },
      (list) => {
        list.add('a', directory());
        list.add('a/new', file('n'));
        list.clear('a');
      },
    ];
    for (const fill of both) {
      const stack = stackOf(base, fill);
      expect(short(stack.layers[1]?.changes)).toEqual([
        '+a/new',
        '-a/one',
        '-a/sub',
        '-a/sub/three',
        '-a/two',
      ]);
      expect(stack.seen('a')?.layer).toBe(1);
    }
  });

  it('takes a file for changed that it removes and brings again', () => {
    const { layers } = stackOf(base, (list) => {
      list.remove('a');
      list.add('a/one', file('1'));
    });
    expect(layers[1]?.changes.find(({ path }) => path === 'a/one')).toMatchObject({
      kind: 'changed',
      sameContent: true,
    });
  });

  it('removes a directory’s content by being a file there, and the other way round', () => {
    const stack = stackOf(
      base,
      (list) => list.add('a', file('f')),
      (list) => list.add('a/x', file('x')),
    );
    expect(short(stack.layers[1]?.changes)).toEqual(['~a', '-a/one', '-a/sub', '-a/sub/three', '-a/two']);
    expect(short(stack.layers[2]?.changes)).toEqual(['~a', '+a/x']);
    expect(stack.seen('a')?.file.type).toBe('directory');
  });

  it('finds nothing to do in whiteouts of what is not there', () => {
    const { layers } = stackOf(base, (list) => {
      list.remove('nothing');
      list.remove('a/none/deep');
    });
    expect(short(layers[1]?.changes).filter((line) => line.startsWith('-'))).toEqual([]);
  });

  it('hides everything by an opaque root', () => {
    const { layers } = stackOf(base, (list) => {
      list.clear('');
      list.add('only', file('o'));
    });
    expect(short(layers[1]?.changes)).toEqual([
      '-a',
      '-a/one',
      '-a/sub',
      '-a/sub/three',
      '-a/two',
      '-a-b',
      '+only',
    ]);
  });
});

describe('hard links', () => {
  const linked: Fill = (list) => {
    list.add('x', file('12345'));
    list.link('y', 'x');
  };

  it('count their bytes once', () => {
    expect(stackOf(linked).layers[0]).toMatchObject({ bytes: 5, counts: { added: { files: 2 } } });
  });

  it('waste nothing until the last name is hidden', () => {
    const removing =
      (path: string): Fill =>
      (list) =>
        list.remove(path);
    expect(stackOf(linked, removing('x')).waste).toEqual([]);
    expect(stackOf(linked, removing('x'), removing('y')).waste).toMatchObject([
      { path: 'y', bytes: 5, hiddenBy: 3 },
    ]);
  });
});
