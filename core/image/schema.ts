/** What is accepted from outside, in the terms of the OCI image specification: index, manifest and configuration. */
import * as v from 'valibot';
import { badImage } from './broken.ts';
import { digestPattern } from './digest.ts';
import type { ImageConfig } from './types.ts';

const digest = v.pipe(v.string(), v.regex(digestPattern, 'is not sha256: and 64 hexadecimal digits'));
const bytes = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const strings = v.array(v.string());
const set = v.record(v.string(), v.object({}));
const texts = v.record(v.string(), v.string());
// Go writes an absent list or map as null.
const perhaps = <T extends v.GenericSchema>(schema: T) => v.nullish(schema);

const platform = v.object({
  os: v.string(),
  architecture: v.string(),
  variant: perhaps(v.string()),
});

const descriptor = v.object({
  mediaType: v.string(),
  digest,
  size: bytes,
  platform: perhaps(platform),
  annotations: perhaps(texts),
});

/** Any document that may say what it is. */
export const typedSchema = v.object({ mediaType: v.optional(v.string()) });

export const indexSchema = v.object({
  schemaVersion: v.literal(2),
  mediaType: v.optional(v.string()),
  manifests: v.array(descriptor),
});

export const manifestSchema = v.object({
  schemaVersion: v.literal(2),
  mediaType: v.optional(v.string()),
  config: descriptor,
  layers: v.array(descriptor),
});

const historyEntry = v.object({
  created: perhaps(v.string()),
  created_by: perhaps(v.string()),
  author: perhaps(v.string()),
  comment: perhaps(v.string()),
  empty_layer: perhaps(v.boolean()),
});

export const configSchema = v.object({
  created: perhaps(v.string()),
  author: perhaps(v.string()),
  architecture: perhaps(v.string()),
  variant: perhaps(v.string()),
  os: perhaps(v.string()),
  config: perhaps(
    v.object({
      User: perhaps(v.string()),
      Env: perhaps(strings),
      Entrypoint: perhaps(strings),
      Cmd: perhaps(strings),
      WorkingDir: perhaps(v.string()),
      Volumes: perhaps(set),
      ExposedPorts: perhaps(set),
      Labels: perhaps(texts),
      StopSignal: perhaps(v.string()),
      Healthcheck: perhaps(
        v.object({
          Test: perhaps(strings),
          Interval: perhaps(v.number()),
          Timeout: perhaps(v.number()),
          StartPeriod: perhaps(v.number()),
          Retries: perhaps(v.number()),
        }),
      ),
    }),
  ),
  rootfs: v.object({ type: v.literal('layers'), diff_ids: v.nullable(v.array(digest)) }),
  history: perhaps(v.array(historyEntry)),
});

/** manifest.json of `docker save`. */
export const dockerArchiveSchema = v.array(
  v.object({ Config: v.string(), RepoTags: perhaps(strings), Layers: perhaps(strings) }),
);

export type Platform = v.InferOutput<typeof platform>;
export type Descriptor = v.InferOutput<typeof descriptor>;
export type Index = v.InferOutput<typeof indexSchema>;
export type Manifest = v.InferOutput<typeof manifestSchema>;
export type ConfigFile = v.InferOutput<typeof configSchema>;
export type DockerArchive = v.InferOutput<typeof dockerArchiveSchema>;

/**
 * JSON bytes as what `schema` describes.
 * @throws `bad-image` that names `what` and the first field that is wrong.
 */
export function parseJson<T extends v.GenericSchema>(
  schema: T,
  bytes: Uint8Array,
  what: string,
): v.InferOutput<T> {
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch (error) {
    throw badImage(what, `it is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const result = v.safeParse(schema, json);
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw badImage(what, `its field ${v.getDotPath(issue) ?? '(the whole)'} is wrong: ${issue.message}`);
}

/** The runtime's part of a configuration without Go's nulls. */
export function imageConfig(file: ConfigFile): ImageConfig {
  const entries = Object.entries(file.config ?? {}).filter(
    ([, value]) => value !== null && value !== undefined,
  );
  return Object.fromEntries(entries);
}
