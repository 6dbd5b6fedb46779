/** Whom TLS believes: this system's authorities beside Node's, and those that somebody has put down for a registry. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { tolerating } from '../kernel/errno.ts';

/** Debian and Alpine; Fedora; openSUSE. Go's crypto/x509 looks at the same places. */
const bundles = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
];

/** As node:tls takes it, in PEM. */
export interface Certificates {
  ca: readonly string[];
  cert?: string;
  key?: string;
}

/**
 * docker's layout, `FOLDER/HOST[:PORT]/`: `*.crt` are authorities, `NAME.cert` and `NAME.key` are this client's own.
 * @param hosts the authority to talk to first, whose client certificate is used, then others whose authorities count as well
 */
export function certificatesFor(
  hosts: readonly string[],
  folders: readonly string[],
  env: NodeJS.ProcessEnv,
): Certificates {
  const files = hosts.map((host) => folders.flatMap((folder) => filesIn(join(folder, host))));
  const own = files[0]?.find((path) => path.endsWith('.cert'));
  const key = own?.replace(/\.cert$/, '.key');
  return {
    ca: [
      ...rootCertificates,
      ...systemBundle(env),
      ...files
        .flat()
        .filter((path) => path.endsWith('.crt'))
        .map(read),
    ],
    ...(own && key && files[0]?.includes(key) ? { cert: read(own), key: read(key) } : {}),
  };
}

function systemBundle(env: NodeJS.ProcessEnv): string[] {
  const found = env.SSL_CERT_FILE
    ? [readIfThere(env.SSL_CERT_FILE)]
    : [bundles.map(readIfThere).find((pem) => pem !== undefined)];
  // Node itself adds this one only where no `ca` is given.
  if (env.NODE_EXTRA_CA_CERTS) found.push(readIfThere(env.NODE_EXTRA_CA_CERTS));
  return found.filter((pem) => pem !== undefined);
}

function filesIn(folder: string): string[] {
  const names = tolerating(['ENOENT', 'ENOTDIR'], () => readdirSync(folder)) ?? [];
  return names.sort().map((name) => join(folder, name));
}

const read = (path: string): string => readFileSync(path, 'utf8');
const readIfThere = (path: string): string | undefined => tolerating(['ENOENT', 'EACCES'], () => read(path));
