import { it } from 'vitest';
import { record } from '../support/recording.ts';
import { prepare, richRuns, wordsOf } from '../support/rich-runs.ts';
import { useSandbox } from '../support/sandbox.ts';

const sandbox = useSandbox();
it('debug', async () => {
  prepare(sandbox);
  const peer = sandbox.startTsstep(['run', '--rm', '--name', 'peer', 'lab', 'sh', '-c', 'echo up; exec sleep infinity']);
  await peer.says('up');
  console.log('peer up');
  const { execSync } = await import('node:child_process');
  setTimeout(() => {
    console.log('HANG', execSync(`for z in $(ps axo pid,stat,args | awk '$2~/^Z/ && $3~/sleep/{print $1}'); do echo "== $z"; cat /proc/$z/stat; grep -E 'State|PPid|Tracer|Threads|Sig|Shd|NSpid' /proc/$z/status; for t in /proc/$z/task/*; do echo $t; cat $t/stat; done; p=$(awk '/PPid/{print $2}' /proc/$z/status); cat /proc/$p/stat; grep -E 'Sig|Shd|State|Threads' /proc/$p/status; kill -CHLD $p; sleep 0.5; ls -d /proc/$z; done`).toString());
  }, 15000).unref();
  for (const [name, run] of Object.entries(richRuns)) {
    console.log(name, Date.now());
    await record(sandbox, wordsOf(run, sandbox));
  }
}, 18000);
