/** What a container is called, and what it calls itself. */
import { usageError } from './usage.ts';

/** Docker's rule for a container's name; one leading slash is docker's own old way to write it. */
export function parseName(text: string, flag = '--name'): string {
  const name = text.replace(/^\//, '');
  if (!/^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/.test(name)) {
    const why = 'a name is two or more of letters, digits, _ . and -, and starts with a letter or digit';
    const remedy =
      flag === '--name'
        ? 'write it like --name web-1; leave --name away to be given one'
        : 'write it like web-1';
    throw usageError(flag, text, why, remedy);
  }
  return name;
}

/** RFC 1123, 2.1: labels of letters, digits and inner hyphens. The kernel keeps 64 bytes (sethostname(2)). */
export function parseHostname(text: string): string {
  const remedy = 'write it like --hostname web-1.example.org';
  if (text.length > 64)
    throw usageError('--hostname', text, `it has ${text.length} characters, the kernel keeps 64`, remedy);
  for (const label of text.split('.')) {
    if (label.length > 63)
      throw usageError('--hostname', text, `${label.length} characters between dots, 63 are allowed`, remedy);
    if (!/^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/i.test(label)) {
      const why = 'a host name is letters, digits and inner hyphens between dots (RFC 1123)';
      throw usageError('--hostname', text, why, remedy);
    }
  }
  return text;
}
