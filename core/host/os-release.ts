/** Which distribution this is: os-release(5). */
import { readFileSync } from 'node:fs';
import { tolerating } from '../kernel/errno.ts';

export interface Distribution {
  /** `debian`, `alpine`; `linux` where nothing says. */
  id: string;
  /** What it is made from, closest first: `ubuntu debian` of a Mint. */
  like: readonly string[];
  /** `13`, `24.04`; a rolling distribution has none. */
  version?: string;
  /** For people: `Debian GNU/Linux 13 (trixie)`. */
  name: string;
}

/** Shell quoting without concatenation: what may follow a backslash is all that the page allows there. */
function unquoted(value: string): string {
  const [, double, single] = /^(?:"(.*)"|'(.*)')$/.exec(value) ?? [];
  return single ?? (double ?? value).replace(/\\([$"'\\`])/g, '$1');
}

/** @param text what os-release says; nothing of it is required, and the page names what stands for a field that is not there */
export function distributionOf(text: string): Distribution {
  const fields = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, name, value = ''] = /^\s*([A-Z][A-Z0-9_]*)=(.*?)\s*$/.exec(line) ?? [];
    // As in the shell that may read the file too, the last assignment counts.
    if (name !== undefined) fields.set(name, unquoted(value));
  }
  const version = fields.get('VERSION_ID');
  return {
    id: fields.get('ID') || 'linux',
    like: (fields.get('ID_LIKE') ?? '').split(/\s+/).filter(Boolean),
    ...(version ? { version } : {}),
    name: fields.get('PRETTY_NAME') || fields.get('NAME') || 'Linux',
  };
}

/** The first file counts alone: /etc may override what the vendor says, never mix with it. */
export function readOsRelease(): string {
  for (const file of ['/etc/os-release', '/usr/lib/os-release']) {
    const text = tolerating(['ENOENT', 'EACCES', 'ENOTDIR'], () => readFileSync(file, 'utf8'));
    if (text !== undefined) return text;
  }
  return '';
}
