/** Signals by name or number, as --stop-signal, `kill --signal` and an image's STOPSIGNAL write them (signal(7)). */
import { constants } from 'node:os';
import { usageError } from './usage.ts';

/**
 * The realtime signals that a program sees. glibc keeps 32 and 33 to itself; docker, systemd and bash count from 34 on, so
 * SIGRTMIN+3 is 37 for all of them.
 */
const RTMIN = 34;
const RTMAX = 64;

const byName: Readonly<Record<string, number>> = constants.signals;

/** As bash's `kill -l` names it: the one for 37 is SIGRTMIN+3. 32 and 33 have none. */
function nameOf(number: number): string {
  if (number < RTMIN) return Object.keys(byName).find((name) => byName[name] === number) ?? String(number);
  const isLower = number < (RTMIN + RTMAX) / 2 + 1;
  const [base, distance] = isLower ? ['SIGRTMIN', number - RTMIN] : ['SIGRTMAX', number - RTMAX];
  return `${base}${distance > 0 ? '+' : ''}${distance || ''}`;
}

/** For kill(2); undefined: there is no such signal. */
export function signalNumber(text: string): number | undefined {
  const name = text.toUpperCase().replace(/^(SIG)?/, 'SIG');
  const [, base, distance = '0'] = /^SIGRT(MIN(?=$|\+)|MAX(?=$|-))([+-]\d+)?$/.exec(name) ?? [];
  const number = /^\d+$/.test(text)
    ? Number(text)
    : base === undefined
      ? byName[name]
      : (base === 'MIN' ? RTMIN : RTMAX) + Number(distance);
  const least = base === undefined ? 1 : RTMIN;
  return number !== undefined && number >= least && number <= RTMAX ? number : undefined;
}

/** Its one name, from `SIGTERM`, `term` or `15`, from `RTMIN+3` or `37`. @throws TsstepError usage */
export function parseSignal(flag: string, text: string): string {
  const number = signalNumber(text);
  if (number !== undefined) return nameOf(number);
  throw usageError(flag, text, 'there is no such signal', `write a name or a number: ${flag} SIGINT`);
}

/**
 * What asks a container's command to end. Nobody who starts an image can mend its STOPSIGNAL, so one that is none is SIGTERM, as
 * with docker.
 */
export function stopSignalOf(own: string | undefined, image?: string): string {
  const number = [own, image].map((text) => text && signalNumber(text)).find(Boolean);
  return nameOf(number || constants.signals.SIGTERM);
}
