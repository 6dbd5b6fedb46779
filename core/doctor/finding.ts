/** What one check found out about this machine. */
export interface Finding {
  /** `missing`: `run` does not work without it. `warning`: something that may be asked of it does not. */
  level: 'ok' | 'warning' | 'missing';
  /** Names the thing: `overlayfs`. */
  name: string;
  /** What was seen. */
  what: string;
  /** What it is needed for, or what it means here; not for what is as it should be. */
  why?: string;
  /** The command, or else the step, that mends it. */
  remedy?: string;
}

export const ok = (name: string, what: string): Finding => ({ level: 'ok', name, what });

/** Nothing that tsstep does lacks anything; who does more than that may care. */
export const note = (name: string, what: string, why: string, remedy: string): Finding => ({
  level: 'ok',
  name,
  what,
  why,
  remedy,
});

export const warning = (name: string, what: string, why: string, remedy: string): Finding => ({
  level: 'warning',
  name,
  what,
  why,
  remedy,
});

export const missing = (name: string, what: string, why: string, remedy: string): Finding => ({
  ...warning(name, what, why, remedy),
  level: 'missing',
});
