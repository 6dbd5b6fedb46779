/** Where a run pauses: the flags it was started with, breakpoints, and what the person at the prompt said last. */
import { TsstepError } from '../core/errors.ts';
import { type StageName, stageNames } from '../core/stage.ts';
import type { EventOf } from '../tracer/events.ts';
import type { Step } from './session/session.ts';

export type PauseReason = EventOf<'paused'>['reason'];
/** Run until: the next operation, the next stage, the end of this stage, the next breakpoint. */
export type Pace = 'operation' | 'stage' | 'finish' | 'continue';

export interface SteppingFlags {
  pauseEach?: boolean;
  step?: boolean;
  /** STAGE or STAGE:OPERATION */
  break?: readonly string[];
  until?: string;
}

function stageNamed(word: string): StageName {
  const stage = stageNames.find((name) => name === word);
  if (stage) return stage;
  throw new TsstepError({
    code: 'usage',
    what: `there is no stage "${word}"`,
    why: 'a container is created in nine stages',
    remedy: `use one of ${stageNames.join(', ')}`,
  });
}

export class Stepping {
  readonly breakpoints = new Set<string>();
  #until: StageName | undefined;
  #pace: Pace;
  #interrupted = false;
  #finishing: StageName | undefined;

  constructor(flags: SteppingFlags) {
    for (const at of flags.break ?? []) this.addBreakpoint(at);
    this.#until = flags.until === undefined ? undefined : stageNamed(flags.until);
    this.#pace = flags.step ? 'operation' : flags.pauseEach ? 'stage' : 'continue';
  }

  /** @throws TsstepError usage: no such stage, or a colon with nothing behind it */
  addBreakpoint(at: string): void {
    const [stage = '', operation] = at.split(/:(.*)/s);
    if (operation === '')
      throw new TsstepError({
        code: 'usage',
        what: `"${at}" names no operation`,
        why: 'a breakpoint is a stage, or a stage, a colon and one of its operations',
        remedy: `${stageNamed(stage)} alone, or one of the names that \`tsstep plan run\` shows`,
      });
    this.breakpoints.add(operation ? `${stageNamed(stage)}:${operation}` : stageNamed(stage));
  }

  get pace(): Pace {
    return this.#pace;
  }

  get byOperation(): boolean {
    return this.#pace === 'operation';
  }

  /** Nothing that is known now will pause within this stage. */
  goesOn(stage: StageName): boolean {
    return !this.byOperation && ![...this.breakpoints].some((at) => at.startsWith(`${stage}:`));
  }

  /** Pause before the next operation, whatever it is. */
  interrupt(): void {
    this.#interrupted = true;
  }

  resume(pace: Pace, at: StageName | undefined): void {
    this.#pace = pace;
    this.#finishing = pace === 'finish' ? at : undefined;
  }

  /** Why to pause before this operation, or undefined to go on. */
  reasonToPause({ stage, index, operation }: Step): PauseReason | undefined {
    if (this.#interrupted) {
      this.#interrupted = false;
      return 'interrupt';
    }
    const first = index === 0;
    if (
      this.breakpoints.has(`${stage.name}:${operation.name}`) ||
      (first && this.breakpoints.has(stage.name))
    )
      return 'breakpoint';
    if (first && this.#until && stageNames.indexOf(stage.name) > stageNames.indexOf(this.#until)) {
      // Not every command goes through all stages.
      this.#until = undefined;
      return 'until';
    }
    if (this.#pace === 'operation') return first ? 'stage' : 'operation';
    if (this.#pace === 'stage' && first) return 'stage';
    if (this.#pace === 'finish' && stage.name !== this.#finishing) return 'stage';
    return undefined;
  }
}
