/** Which manifests are asked for and understood. */
import { badImage } from '../image/broken.ts';
import { indexTypes, manifestTypes } from '../image/media-types.ts';

const types = [...indexTypes, ...manifestTypes];

/** For the Accept header. */
export const acceptedManifests = types.join(', ');

/**
 * What a manifest is, by its Content-Type, or its own `mediaType` where the registry says nothing useful.
 * @throws `bad-image` for anything else, and for schema 1, which has no configuration and no layers with digests of their content
 */
export function mediaTypeOf(contentType: string | undefined, bytes: Uint8Array, what: string): string {
  const said = contentType?.split(';')[0]?.trim().toLowerCase();
  if (said !== undefined && types.includes(said)) return said;
  const json = parsed(bytes);
  if (json?.schemaVersion === 1) {
    throw badImage(
      what,
      'its manifest is docker’s schema 1, which has been out of use since 2017',
      'let somebody push it again with a docker of today, or copy it: `skopeo copy --format v2s2`',
    );
  }
  if (typeof json?.mediaType === 'string' && types.includes(json.mediaType)) return json.mediaType;
  throw badImage(
    what,
    `${said ?? 'what came without a type'} is not an image manifest`,
    'name an image: a registry may keep other things as well',
  );
}

function parsed(bytes: Uint8Array): { schemaVersion?: unknown; mediaType?: unknown } | undefined {
  try {
    const json: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
    return typeof json === 'object' && json !== null ? json : undefined;
  } catch {
    return undefined;
  }
}
