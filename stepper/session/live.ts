/** The session on a machine: plan, write down, perform, look, learn - one operation at a time. */
import { isDeepStrictEqual } from 'node:util';
import { TsstepError } from '../../core/errors.ts';
import { type Known, learn } from '../../core/known.ts';
import type { Machine, Progress } from '../../core/machine.ts';
import type { Outcome } from '../../core/operation.ts';
import type { Spec } from '../../core/spec/types.ts';
import type { Stage } from '../../core/stage.ts';
import type { Change } from '../../tracer/diff.ts';
import type { OperationRef } from '../../tracer/events.ts';
import { redactOperation } from '../../tracer/redact.ts';
import { emptySnapshot, type ProbeName, type Snapshot } from '../../tracer/snapshot.ts';
import type { EventStream } from './event-stream.ts';
import { injected } from './injected.ts';
import type { Performed, Session, Step, StepResult, UndoMoment, UndoProblem } from './session.ts';
import { attempt } from './undo-attempt.ts';

/** How a session looks at the kernel; absent, it does not look, and the run is as fast as it can be. */
export interface Observer {
  /** Sections that the operation can have touched, or all of them. */
  observe(
    known: Known,
    step: Step | 'everything',
    previous: Snapshot,
  ): Promise<{ snapshot: Snapshot; nanoseconds: number }>;
  read(known: Known, names: readonly ProbeName[] | undefined, previous: Snapshot): Promise<Snapshot>;
  diff(before: Snapshot, after: Snapshot): Change[];
  /** Ends the tools that it keeps; looking once more starts them again. */
  close(): void;
}

export interface LiveOptions {
  spec: Spec;
  known: Known;
  /** In order; `pipeline` for a whole container. */
  stages: readonly Stage[];
  machine: Machine;
  events: EventStream;
  observer: Observer | undefined;
  looksFor: Observer;
  /** Read everything at the end of each stage. */
  thorough: boolean;
  secrets: ReadonlySet<string>;
}

export class LiveSession implements Session {
  readonly spec: Spec;
  known: Known;
  state: Snapshot = emptySnapshot;
  stageStart: Snapshot = emptySnapshot;
  readonly performed: Performed[] = [];
  readonly #options: LiveOptions;
  #stageNumber = 0;
  #index = 0;
  #planned: { stage: Stage; known: Known; steps: readonly Step[] } | undefined;
  readonly #undone = new Set<Step>();
  /** What could not be taken back, so far. */
  readonly #stuck = new Set<Step>();
  /** Failed ones too: what a failed operation has half done is taken back as well. */
  readonly #tried: Step[] = [];

  constructor(options: LiveOptions) {
    this.#options = options;
    this.spec = options.spec;
    this.known = options.known;
  }

  get machine(): Machine {
    return this.#options.machine;
  }

  get stage(): Stage | undefined {
    return this.#options.stages[this.#stageNumber];
  }

  get upcoming(): readonly Step[] {
    const { stage } = this;
    return stage ? this.#plan(stage).slice(this.#index) : [];
  }

  /** Reads everything once, before the first operation, and enters the first stage. */
  async start(): Promise<void> {
    this.known = { ...this.#options.known };
    await this.#keyframe();
    await this.#enter();
  }

  async forward(fault?: string, ahead: readonly Step[] = []): Promise<StepResult> {
    const step = this.upcoming[0];
    if (!step) throw new Error('there is no operation left');
    const { events, machine, secrets } = this.#options;
    const ref: OperationRef = { stage: step.stage.name, index: step.index, name: step.operation.name };
    events.emit({ type: 'operation-started', operation: redactOperation(step.operation, secrets), ...ref });
    this.#tried.push(step);
    this.#begin(ahead);
    const begin = process.hrtime.bigint();
    const outcome: Outcome = fault
      ? { ok: false, failure: injected(step, fault) }
      : await machine.perform(step.operation, this.known, (progress) => this.#tell(step, progress));
    const nanoseconds = Number(process.hrtime.bigint() - begin);
    if (!outcome.ok) {
      events.emit({ type: 'operation-ended', ok: false, failure: outcome.failure, nanoseconds, ...ref });
      return { ok: false, step, failure: outcome.failure };
    }
    if (step.operation.saves) this.known = learn(this.known, step.operation.saves, outcome.value);
    const { changes, observed } = await this.#observe(step);
    events.emit({
      type: 'operation-ended',
      ok: true,
      value: outcome.value,
      nanoseconds,
      changes,
      observed,
      ...ref,
    });
    const performed: Performed = { ...step, changes, nanoseconds };
    this.performed.push(performed);
    this.#index++;
    await this.#advance(step.stage);
    return { ok: true, step: performed };
  }

  async undo(moments: readonly UndoMoment[]): Promise<readonly UndoProblem[]> {
    const problems: UndoProblem[] = [];
    for (const step of this.#tried.toReversed()) {
      const { undo } = step.operation;
      if (typeof undo === 'string' || !moments.includes(undo.at) || this.#undone.has(step)) continue;
      const begin = process.hrtime.bigint();
      const failure = await attempt(() => this.#options.machine.undo(undo.do, this.known));
      const nanoseconds = Number(process.hrtime.bigint() - begin);
      const ref: OperationRef = { stage: step.stage.name, index: step.index, name: step.operation.name };
      const undone = { type: 'operation-undone', ...ref, nanoseconds, ...(failure && { failure }) } as const;
      // A full disk must not end the rollback: what is undone without being written down is undone once more, harmlessly.
      await attempt(async () => this.#options.events.emit(undone));
      if (failure) {
        problems.push({ at: `${step.stage.name}:${step.operation.name}`, failure });
        this.#stuck.add(step);
      } else {
        this.#undone.add(step);
        this.#stuck.delete(step);
      }
    }
    return problems;
  }

  /** Whether something is left to take back, now that the run ends: the container itself, or what could not be undone. */
  get owes(): boolean {
    return (
      this.#stuck.size > 0 ||
      this.#tried.some((step) => {
        const { undo } = step.operation;
        return typeof undo !== 'string' && undo.at !== 'rollback' && !this.#undone.has(step);
      })
    );
  }

  async look(names?: readonly ProbeName[]): Promise<Snapshot> {
    this.state = await this.#options.looksFor.read(this.known, names, this.state);
    return this.state;
  }

  async catchUp(): Promise<void> {
    const { observer, events } = this.#options;
    if (!observer) return;
    const { snapshot } = await observer.observe(this.known, 'everything', this.state);
    const changed = observer.diff(this.state, snapshot).length > 0;
    this.state = snapshot;
    if (changed) events.emit({ type: 'snapshot', state: snapshot });
  }

  /** There is nothing to look at or to wait for any more: the container runs, or all is taken back. */
  close(): void {
    this.#options.machine.close();
    this.#options.looksFor.close();
  }

  #begin(ahead: readonly Step[]): void {
    const steps = new Map(ahead.map((step) => [step.operation, step]));
    this.#options.machine.ahead([...steps.keys()], (operation, progress) => {
      const step = steps.get(operation);
      if (step) this.#tell(step, progress);
    });
  }

  #tell({ stage, operation }: Step, progress: Progress): void {
    this.#options.events.emit({ type: 'progress', stage: stage.name, name: operation.name, ...progress });
  }

  /** Plans stand on what is known alone, so a plan is made again only when that has changed. */
  #plan(stage: Stage): readonly Step[] {
    if (this.#planned?.stage === stage && this.#planned.known === this.known) return this.#planned.steps;
    const steps = this.#planAgain(stage);
    this.#planned = { stage, known: this.known, steps };
    return steps;
  }

  #planAgain(stage: Stage): Step[] {
    const operations = stage.plan(this.spec, this.known);
    for (const done of this.performed) {
      if (done.stage !== stage || isDeepStrictEqual(operations[done.index], done.operation)) continue;
      throw new TsstepError({
        code: 'internal',
        what: `the plan of ${stage.name} changed "${done.operation.name}" after it was performed`,
        why: 'a stage may only add operations behind those that were performed',
        remedy: 'please report it with the file that --events wrote',
      });
    }
    return operations.map((operation, index) => ({ stage, index, operation }));
  }

  async #observe(step: Step): Promise<{ changes: Change[]; observed: number }> {
    const { observer } = this.#options;
    if (!observer) return { changes: [], observed: 0 };
    const before = this.state;
    const { snapshot, nanoseconds } = await observer.observe(this.known, step, before);
    this.state = snapshot;
    return { changes: observer.diff(before, snapshot), observed: nanoseconds };
  }

  /**
   * The whole state as an event. While somebody steps, and at both ends, everything is read again for it: what an operation
   * changed without being expected to is not lost, only late. In between a recording does without, because reading takes longer
   * than most stages.
   */
  async #keyframe(): Promise<void> {
    const { observer, events, thorough } = this.#options;
    if (!observer) return;
    const atAnEnd = this.#tried.length === 0 || this.#stageNumber === this.#options.stages.length - 1;
    if (thorough || atAnEnd)
      this.state = (await observer.observe(this.known, 'everything', this.state)).snapshot;
    events.emit({ type: 'snapshot', state: this.state });
  }

  async #advance(stage: Stage): Promise<void> {
    if (this.#plan(stage).length > this.#index) return;
    await this.#keyframe();
    this.#options.events.emit({ type: 'stage-left', stage: stage.name });
    this.#stageNumber++;
    this.#index = 0;
    await this.#enter();
  }

  /** A stage that has nothing to do for this container (`--network host`) is entered and left. */
  async #enter(): Promise<void> {
    const { stage } = this;
    if (!stage) return;
    this.stageStart = this.state;
    this.#options.events.emit({ type: 'stage-entered', stage: stage.name, summary: stage.summary });
    await this.#skipEmpty(stage);
  }

  async #skipEmpty(stage: Stage): Promise<void> {
    if (this.#plan(stage).length === 0) await this.#advance(stage);
  }
}
