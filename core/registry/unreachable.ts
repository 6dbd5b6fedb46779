/** What it means that no answer came. */
import { TsstepError } from '../errors.ts';
import { shownUrl } from './shown-url.ts';

interface Reason {
  why: string;
  remedy: string;
  /** Whether it may go better in a moment. */
  passing: boolean;
}

const network = 'look whether this machine reaches it: `curl -v URL`; behind a proxy set HTTPS_PROXY';

const reasons: Readonly<Record<string, Reason>> = {
  ENOTFOUND: {
    why: 'no name server knows this host',
    remedy: 'look at its spelling; without a network, load the image from a file with `tsstep load -i FILE`',
    passing: false,
  },
  EAI_AGAIN: {
    why: 'no name server answers',
    remedy:
      'look at the network and /etc/resolv.conf; an image in a file can be had with `tsstep load -i FILE`',
    passing: true,
  },
  ECONNREFUSED: { why: 'nothing listens there', remedy: network, passing: true },
  ECONNRESET: { why: 'it closed the connection', remedy: network, passing: true },
  EPIPE: { why: 'it closed the connection', remedy: network, passing: true },
  EHOSTUNREACH: { why: 'no route leads there', remedy: network, passing: true },
  ENETUNREACH: { why: 'no route leads there', remedy: network, passing: true },
  ETIMEDOUT: { why: 'it does not answer', remedy: network, passing: true },
  UND_ERR_CONNECT_TIMEOUT: { why: 'no connection within 10 seconds', remedy: network, passing: true },
  UND_ERR_HEADERS_TIMEOUT: { why: 'no answer within 60 seconds', remedy: network, passing: true },
  UND_ERR_BODY_TIMEOUT: { why: 'nothing more came for 60 seconds', remedy: network, passing: true },
  UND_ERR_SOCKET: { why: 'the connection broke', remedy: network, passing: true },
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: { why: 'the answer was cut short', remedy: network, passing: true },
  ERR_SSL_WRONG_VERSION_NUMBER: {
    why: 'it does not speak TLS, but probably plain HTTP',
    remedy: 'if that is as it should be, add `--insecure-registry HOST:PORT`',
    passing: false,
  },
};

const untrusted =
  'put its authority into /etc/tsstep/certs.d/HOST:PORT/ca.crt, or add `--insecure-registry HOST:PORT` to do without the check';

/** Codes of OpenSSL, of which there are many: https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const certificate = /CERT|SIGNATURE|ISSUER|CRL|^HOSTNAME_MISMATCH$/;

function reasonOf(error: unknown): Reason & { code: string } {
  // With several addresses node:net collects the errors, and gives the collection the first one's code.
  const { code = '', message = String(error) } = error as { code?: string; message?: string };
  const known = reasons[code];
  if (known) return { code, ...known };
  if (certificate.test(code))
    return {
      code,
      why: `nobody here vouches for its certificate: ${message}`,
      remedy: untrusted,
      passing: false,
    };
  return { code, why: message, remedy: network, passing: false };
}

export function isPassingProblem(error: unknown): boolean {
  return reasonOf(error).passing;
}

/** `ECONNRESET`, or what it says where it has no code. */
export function shortReason(error: unknown): string {
  const { code, why } = reasonOf(error);
  return code || why;
}

/** A `registry` failure: `times` it was asked and did not answer, or broke off. */
export function unreachable(url: URL, error: unknown, times = 1): TsstepError {
  const { code, why, remedy } = reasonOf(error);
  return new TsstepError({
    code: 'registry',
    what: `${shownUrl(url)} cannot be read`,
    why: `${why}${code ? ` (${code})` : ''}${times > 1 ? `; asked ${times} times` : ''}`,
    remedy: remedy.replace('HOST:PORT', url.host).replace('URL', shownUrl(url)),
  });
}
