/** `tsstep pull`: the image stage of a run, and nothing after it. */
import { stateDirectories } from '../core/host/facts.ts';
import { readIndex, storedName } from '../core/image/store/layout.ts';
import { image } from '../core/stages/image.ts';
import { requireRoot } from './open-session.ts';
import { type RunRequest, runSession } from './run-session.ts';

export interface Pulled {
  /** tsstep's exit code. */
  code: number;
  /** What the name means in the store now; undefined: the pull did not come to its end. */
  digest?: string;
  /** It meant something else before. */
  newer: boolean;
}

/** @param name canonical: what the image is recorded as. @throws TsstepError not-root, usage */
export async function pull(request: RunRequest, name: string): Promise<Pulled> {
  requireRoot('pull');
  const before = digestOf(name);
  let digest: string | undefined;
  const code = await runSession(request, [image], () => ({
    started: () => {
      digest = digestOf(name);
      return { result: 'pulled', code: 0 };
    },
    codeOf: ({ exit }) => exit,
  }));
  return { code, ...(digest !== undefined && { digest }), newer: digest !== before };
}

function digestOf(name: string): string | undefined {
  const { root } = stateDirectories(process.env);
  return readIndex(root).find((one) => storedName(one) === name)?.digest;
}
