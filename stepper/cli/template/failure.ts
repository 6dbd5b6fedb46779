/** Docker's two errors of a template: it cannot be read, or it asks for what is not there. Both end with 1. */
import { TsstepError } from '../../../core/errors.ts';

const failure = (what: string, why: string, remedy: string): TsstepError =>
  new TsstepError({ code: 'usage', what: `template parsing error: ${what}`, why, remedy, exit: 1 });

export const malformed = (
  why: string,
  remedy = 'write {{.Names}}, {{json .Config}} or {{range .Mounts}}{{.Source}}{{end}}',
): TsstepError => failure('the template cannot be read', why, remedy);

/** `at`: the words that were being looked at, as `.State.Pit`. */
export const impossible = (at: string, why: string, remedy: string): TsstepError =>
  failure(`executing at <${at}>: ${why}`, 'the template fits other data than this', remedy);
