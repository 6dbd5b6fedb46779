/** What is known after a pull of docker.io/library/ubuntu: the mirror is down, and the registry has an index of platforms. */
import type { Answer, ImageLookup, NoAnswer } from '../../core/known.ts';

const digest = (digit: string) => `sha256:${digit.repeat(64)}`;
const exchange = { method: 'GET', url: 'https://registry-1.docker.io/v2/', status: 200 };
const manifestType = 'application/vnd.oci.image.manifest.v1+json';

export const pullLookup: Extract<ImageLookup, { absent: 'registry' }> = {
  absent: 'registry',
  from: {
    name: 'docker.io/library/ubuntu:latest',
    repository: 'library/ubuntu',
    reference: 'latest',
    endpoints: [
      { registry: 'docker.io', url: 'http://mirror:5000', mirror: true },
      { registry: 'docker.io', url: 'https://registry-1.docker.io', mirror: false },
    ],
  },
};

export const pullAnswers: Readonly<Record<string, Answer | NoAnswer>> = {
  ping: { failed: 'http://mirror:5000/v2/ cannot be reached' },
  'ping-2': {
    ...exchange,
    status: 401,
    challenge: { scheme: 'bearer', realm: 'https://auth.docker.io/token', service: 'registry.docker.io' },
  },
  'token-2': { ...exchange, expiresIn: 300 },
  'manifest-2': {
    ...exchange,
    descriptor: { mediaType: 'application/vnd.oci.image.index.v1+json', digest: digest('1'), size: 1 },
    platforms: ['linux/amd64', 'linux/arm64'],
    chosen: { mediaType: manifestType, digest: digest('2'), size: 2 },
  },
  'platform-2': {
    ...exchange,
    descriptor: { mediaType: manifestType, digest: digest('2'), size: 2 },
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: digest('3'), size: 3 },
  },
  'config-2': {
    ...exchange,
    image: {
      name: 'ubuntu:latest',
      id: digest('3'),
      digest: digest('2'),
      config: {},
      layers: ['4', '5'].map((digit) => ({
        digest: digest(digit),
        mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
        size: Number(digit),
        diffId: digest(digit),
        directory: `/var/lib/tsstep/layers/${digit.repeat(64)}`,
        link: digit.repeat(12),
        // The lower one came with another image.
        stored: digit === '4',
        unpacked: digit === '4',
      })),
    },
  },
};
