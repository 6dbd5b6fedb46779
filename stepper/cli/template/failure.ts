/** Docker's two errors of a template: it cannot be read (exit code 64), or it asks for what is not there (1). */
import { TsstepError } from '../../../core/errors.ts';

const failure = (exit: number, what: string, why: string, remedy: string): TsstepError =>
  new TsstepError({ code: 'usage', what: `template parsing error: ${what}`, why, remedy, exit });

export const malformed = (
  why: string,
  remedy = 'write {{.Names}}, {{json .Config}} or {{range .Mounts}}{{.Source}}{{end}}',
): TsstepError => failure(64, 'the template cannot be read', why, remedy);

/** `at`: the words that were being looked at, as `.State.Pit`. */
export const impossible = (at: string, why: string, remedy: string): TsstepError =>
  failure(1, `executing at <${at}>: ${why}`, 'the template fits other data than this', remedy);
