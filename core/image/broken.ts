import { TsstepError } from '../errors.ts';

const again =
  'get the image again (`docker save IMAGE -o FILE` or `skopeo copy docker://IMAGE docker-archive:FILE`) and load it ' +
  'with `tsstep load -i FILE`';

/** A `bad-image` failure: `what` names the image, layer or entry, `why` the rule that it breaks. */
export function badImage(what: string, why: string, remedy: string = again): TsstepError {
  return new TsstepError({ code: 'bad-image', what, why, remedy });
}
