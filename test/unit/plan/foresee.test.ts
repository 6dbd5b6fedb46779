/** What a pause names ahead of time, against what the stage then does, on the fake machine. */
import { expect, it } from 'vitest';
import type { RunFlags } from '../../../core/spec/flags.ts';
import { foreseen } from '../../../stepper/plan/foresee.ts';
import { fakeRun } from '../../support/fake-session.ts';

it.for<RunFlags>([
  {},
  { publish: ['8080:80', '53:53/udp'], hostname: 'box' },
  { volume: ['data:/data', '/etc:/host:ro'], tmpfs: ['/scratch'], readOnly: true },
  { tty: true, interactive: true, user: '1000:1000', memory: '64m', cpus: '0.5' },
  { network: ['host'], pid: 'host' },
])('%j: every operation of a stage is named before its first', async (flags) => {
  const { session } = await fakeRun(flags);
  const named = new Map<string, string[]>();
  for (let [step] = session.upcoming; step; [step] = session.upcoming) {
    const names = [...session.upcoming.map(({ operation }) => operation.name), ...(await foreseen(session))];
    const performed = session.performed.filter(({ stage }) => stage === step?.stage);
    const all = [...performed.map(({ operation }) => operation.name), ...names];
    // What is in the image store, this machine and the fake one see differently.
    if (step.stage.name !== 'image') expect(all).toEqual(named.get(step.stage.name) ?? all);
    named.set(step.stage.name, all);
    await session.forward();
  }
  for (const [stage, names] of named) {
    const performed = session.performed.filter((step) => step.stage.name === stage);
    if (stage !== 'image') expect(performed.map(({ operation }) => operation.name)).toEqual(names);
  }
});
