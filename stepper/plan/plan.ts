/** `tsstep plan run`: what a run would do, without doing it. */
import { readHostFacts } from '../../core/host/facts.ts';
import type { Known } from '../../core/known.ts';
import type { Spec } from '../../core/spec/types.ts';
import { planJson } from './json.ts';
import { type Looks, MachineLooks } from './looks.ts';
import { planScript } from './sh/script.ts';
import { planText } from './text.ts';
import { type Plan, walk } from './walk.ts';

export const formats = ['text', 'json', 'sh'] as const;
export type Format = (typeof formats)[number];

const printers: Record<Format, (plan: Plan, argv: readonly string[]) => string> = {
  text: (plan) => planText(plan),
  json: planJson,
  sh: planScript,
};

/** A run's own name is in the paths of what only it writes; a plan has none. */
const start = (host: Known['host']): Known => ({
  host,
  run: 'plan',
  supervisor: { pid: process.pid, startTime: '0' },
});

/** A name for a bridge that the script makes for itself; at most 15 characters fit (IFNAMSIZ). */
const ownBridge = (id: string): string => `tsb${id.slice(0, 8)}`;

function looksFor(host: Known['host'], format: Format): Looks {
  const looks = new MachineLooks(host);
  if (format !== 'sh') return looks;
  const id = looks.randomHex(32);
  const own = new MachineLooks(host, ownBridge(id));
  own.randomHex = () => id;
  return own;
}

/** @throws TsstepError what a run would fail with, as far as looking can tell */
export async function plan(spec: Spec, format: Format, argv: readonly string[]): Promise<string> {
  const host = readHostFacts(process.env, { ...spec, ...(spec.joins && { network: 'none' }) });
  const looks = looksFor(host, format);
  return printers[format](await walk(spec, start(host), looks), argv);
}
