import { noSuchVolume, readVolume, type Volume } from '../../../core/store/volumes.ts';
import { printText } from '../format/print.ts';
import { forEach, openState } from '../state.ts';
import { goMap } from '../template/go-values.ts';
import { render } from '../template/render.ts';

export async function inspect(names: readonly string[], { format }: { format?: string }): Promise<number> {
  const { root } = openState('volume inspect');
  const found: object[] = [];
  const code = await forEach(names, (name) => {
    const volume = readVolume(root, name);
    if (!volume) throw noSuchVolume(name);
    if (format === undefined) found.push(documentOf(volume));
    else printText(render(format, documentOf(volume)));
  });
  if (format === undefined) printText(JSON.stringify(found, null, 4));
  return code;
}

function documentOf({ name, created, labels, data }: Volume) {
  return {
    CreatedAt: created.replace(/\.\d+Z$/, 'Z'),
    Driver: 'local',
    Labels: goMap(labels ?? null),
    Mountpoint: data,
    Name: name,
    Options: goMap(null),
    Scope: 'local',
  };
}
