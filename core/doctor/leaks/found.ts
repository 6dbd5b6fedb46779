/** Whose a thing on the host is, as far as its own name tells. */
export type Owner =
  /** The container whose ID begins so. */
  | { container: string }
  /** The run of tsstep with this name. */
  | { run: string }
  /** Any container that holds this shared resource (core/perform/share.ts). */
  | { share: string }
  /** The process that writes it. */
  | { process: number }
  /** The run whose init this process is. */
  | { init: number }
  | 'nobody';

/** Something that a run makes on the host, and that should be gone when the run is over. */
export interface Found {
  /** `mount /var/lib/tsstep/containers/1f…/merged` */
  what: string;
  owner: Owner;
  /** Where it is, if it is a file of ours. */
  path?: string;
  /** The command that removes exactly this. */
  remedy: string;
}
