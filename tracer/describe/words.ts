/** How strace(1) and a shell write strings, and the path of something inside the container's root filesystem. */

/** A C string as strace prints it: at most 48 bytes, then `...`. */
export function quoted(text: string, limit = 48): string {
  const short = text.length > limit ? text.slice(0, limit) : text;
  return `${JSON.stringify(short)}${short === text ? '' : '...'}`;
}

/** A path in full, however long: it is what a person looks for. */
export function pathname(path: string): string {
  return quoted(path, 4096);
}

/** One word of a shell command. `$ROOTFS` stays a variable. */
export function word(text: string): string {
  if (/^[\w@%+=:,./-]+$/.test(text)) return text;
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** `<rootfs>/proc`, where the path is inside a directory that is not the root (yet). */
export function inRootfs(root: string | undefined, path: string): string {
  return root === undefined || root === '/' ? path : `<rootfs>${path}`;
}

/** `"$ROOTFS/proc"`, the same for a shell. */
export function shellPath(root: string | undefined, path: string): string {
  if (root === undefined || root === '/') return word(path);
  return `"$ROOTFS${path.replace(/["$`\\]/g, '\\$&')}"`;
}

export function octal(mode: number): string {
  return `0${mode.toString(8)}`;
}
