import type { Reporter, TestCase } from 'vitest/node';

/** What became of one test, as a line of JSON. */
export interface Outcome {
  file: string;
  name: string;
  state: 'passed' | 'failed' | 'skipped';
  /** Why it was skipped, or how it failed. */
  text: string;
}

/** Brings results out of a virtual machine: one line on standard output for each test, as soon as it has ended. */
export default class Report implements Reporter {
  onTestCaseResult(test: TestCase) {
    const result = test.result();
    if (result.state === 'pending') return;
    const text =
      result.state === 'skipped'
        ? (result.note ?? 'no reason given')
        : (result.errors ?? []).map(({ message, stack }) => `${message}\n${stack ?? ''}`).join('\n');
    const outcome: Outcome = {
      file: test.module.relativeModuleId,
      name: test.fullName,
      state: result.state,
      text,
    };
    process.stdout.write(`${JSON.stringify(outcome)}\n`);
  }
}
