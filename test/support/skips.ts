import type { Reporter, TestModule } from 'vitest/node';

/** Lists every skipped test with its reason: a skip that nobody sees is a test that nobody has. */
export default class Skips implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]) {
    const lines = modules.flatMap((module) =>
      [...module.children.allTests('skipped')].map((test) => {
        const result = test.result();
        const reason = result.state === 'skipped' && result.note ? result.note : 'no reason given';
        return `  ${test.fullName}: ${reason}`;
      }),
    );
    console.log(
      lines.length === 0 ? '\nNo test was skipped.' : `\n${lines.length} skipped:\n${lines.join('\n')}`,
    );
  }
}
