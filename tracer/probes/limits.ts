import type { Probe, Tree } from '../snapshot.ts';
import { line, text } from './read.ts';
import { target } from './target.ts';

/** First words of a line of /proc/PID/limits, by the name that docker's --ulimit has for it (getrlimit(2)). */
const resources: Readonly<Record<string, string>> = {
  'Max cpu time': 'cpu',
  'Max file size': 'fsize',
  'Max data size': 'data',
  'Max stack size': 'stack',
  'Max core file size': 'core',
  'Max resident set': 'rss',
  'Max processes': 'nproc',
  'Max open files': 'nofile',
  'Max locked memory': 'memlock',
  'Max address space': 'as',
  'Max file locks': 'locks',
  'Max pending signals': 'sigpending',
  'Max msgqueue size': 'msgqueue',
  'Max nice priority': 'nice',
  'Max realtime priority': 'rtprio',
  'Max realtime timeout': 'rttime',
};

/** Resource limits as `soft:hard`, and how gladly the kernel kills the process when memory is short. */
export const limits: Probe = (context) => {
  const directory = target(context);
  const content = directory && text(`${directory}/limits`);
  if (!content) return undefined;
  const found: Tree = {};
  for (const each of content.split('\n').slice(1)) {
    const [, label = '', soft, hard] = /^(.*?) {2,}(\S+) +(\S+)/.exec(each) ?? [];
    if (soft && hard) found[resources[label] ?? label] = `${soft}:${hard}`;
  }
  const score = line(`${directory}/oom_score_adj`);
  if (score !== undefined) found.oom_score_adj = Number(score);
  return found;
};
