/** Whether KVM really works here. That /dev/kvm is there does not say so: inside other virtual machines it often does not. */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { release } from 'node:os';
import { isWritable } from '../core/doctor/trial.ts';
import { tolerating } from '../core/kernel/errno.ts';
import { vmFailed } from './failure.ts';
import { qemu } from './host-tools.ts';
import { type Accelerator, boardArguments } from './qemu.ts';
import { type BootFiles, trialFile } from './shape.ts';

/** @throws TsstepError vm */
export function chooseAccelerator(boot: BootFiles): Accelerator {
  const asked = process.env.TSSTEP_VM_ACCEL;
  if (asked === 'kvm' || asked === 'tcg') return asked;
  if (asked)
    throw vmFailed(
      `TSSTEP_VM_ACCEL is "${asked}"`,
      'there are kvm and tcg (emulation)',
      'unset TSSTEP_VM_ACCEL',
    );
  if (!isWritable('/dev/kvm')) return 'tcg';
  // Another kernel of the host is another answer.
  const [kernel, before] = (tolerating(['ENOENT'], () => readFileSync(trialFile(), 'utf8')) ?? '').split(
    '\n',
  );
  if (kernel === release() && (before === 'kvm' || before === 'tcg')) return before;
  const found = tryKvm(boot) ? 'kvm' : 'tcg';
  writeFileSync(trialFile(), `${release()}\n${found}`);
  return found;
}

/**
 * Boots the very kernel without a root: it panics for want of one, which ends QEMU with success. That takes a second where KVM
 * works. Where it does not, QEMU aborts, or stands still.
 */
function tryKvm({ kernel }: BootFiles): boolean {
  const machine = ['-m', '256M', '-kernel', kernel, '-append', 'panic=-1 root=/dev/none'];
  return (
    spawnSync(qemu, [...boardArguments('kvm'), ...machine], { stdio: 'ignore', timeout: 15_000 }).status === 0
  );
}
