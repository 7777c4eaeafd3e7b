import { UserError } from '../errors/pipeline-error.ts';
import { didYouMean, listed } from '../topology/suggest.ts';

/** What to tell who names a part that is not there: `sentence` up to the name, and what there is. */
export function unknownPart(name: string, known: readonly string[], sentence: string): UserError {
  const mend = didYouMean(name, known, known.length === 0 ? 'there is none' : `there are ${listed(known)}`);
  return new UserError('TEST_UNKNOWN_PART', `${sentence} "${name}"; ${mend}`);
}
