/** Files for layers that tsstep makes itself; everything belongs to root unless told. */

/** A file of a new layer. */
export interface NewFile {
  path: string;
  type: 'file' | 'directory' | 'symlink';
  mode: number;
  uid: number;
  gid: number;
  /** A file's bytes, or a symlink's target. */
  content: Uint8Array;
}

interface Owner {
  mode?: number;
  uid?: number;
  gid?: number;
}

export const directory = (path: string, { mode = 0o755, uid = 0, gid = 0 }: Owner = {}): NewFile => ({
  path: `${path}/`,
  type: 'directory',
  mode,
  uid,
  gid,
  content: new Uint8Array(0),
});
export const binary = (
  path: string,
  content: Uint8Array,
  { mode = 0o644, uid = 0, gid = 0 }: Owner = {},
): NewFile => ({
  path,
  type: 'file',
  mode,
  uid,
  gid,
  content,
});
export const text = (path: string, lines: readonly string[], owner?: Owner): NewFile =>
  binary(path, Buffer.from(lines.map((line) => `${line}\n`).join('')), owner);
export const symlink = (path: string, target: string): NewFile => ({
  path,
  type: 'symlink',
  mode: 0o777,
  uid: 0,
  gid: 0,
  content: Buffer.from(target),
});
export const whiteout = (folder: string, name: string): NewFile =>
  binary(`${folder}/.wh.${name}`, new Uint8Array(0));
export const opaque = (folder: string): NewFile => binary(`${folder}/.wh..wh..opq`, new Uint8Array(0));
