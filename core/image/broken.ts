import { TsstepError } from '../errors.ts';

const again =
  'get the image again: from its registry with `tsstep pull IMAGE`, or from a file (`docker save IMAGE -o FILE` or ' +
  '`skopeo copy docker://IMAGE docker-archive:FILE`) with `tsstep load -i FILE`; `lab` is made anew after `tsstep rmi -f lab`';

/** A `bad-image` failure: `what` names the image, layer or entry, `why` the rule that it breaks. */
export function badImage(what: string, why: string, remedy: string = again): TsstepError {
  return new TsstepError({ code: 'bad-image', what, why, remedy });
}
