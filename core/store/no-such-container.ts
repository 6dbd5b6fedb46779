/** What is said of a name or an ID that fits no container, or several. */
import { TsstepError } from '../errors.ts';
import { didYouMean } from '../image/store/similar.ts';

/** How many names a person reads before `ps -a` is the better list. */
const MANY = 10;

interface Candidate {
  id: string;
  name: string;
}

/** @param names of those that there are: the similar ones are named, or all where that are few */
export function noSuchContainer(reference: string, names: readonly string[] = []): TsstepError {
  const few = names.length > 0 && names.length <= MANY ? `there are: ${names.join(', ')}. ` : '';
  return new TsstepError({
    code: 'no-such-container',
    what: `no container "${reference}"`,
    why: 'neither a name nor the beginning of an ID',
    remedy: `${didYouMean(reference, names) || few}tsstep ps -a lists all containers`,
  });
}

export function ambiguousContainer(reference: string, fitting: readonly Candidate[]): TsstepError {
  const shown = fitting.slice(0, MANY).map(({ id, name }) => `${id.slice(0, 12)} (${name})`);
  const more = fitting.length > MANY ? ` and ${fitting.length - MANY} more` : '';
  return new TsstepError({
    code: 'no-such-container',
    what: `"${reference}" fits ${fitting.length} containers`,
    why: `an ID may be shortened only as far as it stays unique; it fits ${shown.join(', ')}${more}`,
    remedy: 'give more digits, or the name',
  });
}
