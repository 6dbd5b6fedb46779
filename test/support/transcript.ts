/** What the plain front end printed, without what differs from run to run and from machine to machine. */

const replacements: readonly (readonly [RegExp, string])[] = [
  [/(?<=cmdline {2}).*/g, 'node init.cjs'],
  [/(?<=(pid|startTime) {2})\d+/g, 'N'],
  [/[0-9a-f]{64}|[0-9a-f]{12}/g, 'ID'],
  [/(?<=ts[sp])[0-9a-f]{8}/g, 'ID'],
  [/<\d+\.\d+>/g, '<TIME>'],
  [/\d+(\.\d+)? (ms|s)\b/g, 'TIME'],
  [/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'DATE'],
  [/(?<!02:42)(?<=mac )([0-9a-f]{2}:?){6}/g, 'MAC'],
  [/(?<=(pid"?:|= |process|PID|netns|\/proc\/|\[) ?"?)\d{2,}/g, 'PID'],
  [/(?<="(run|startTime)": ")[\w-]+/g, '…'],
  [/(?<=index |peer |peer netns +|ID → |→ (?=\d\d)|shared:)\d+/g, 'N'],
  [/(?<=\/fd\/)\d+/g, 'N'],
  [/402653\d{4}( \(host\))?/g, 'INODE$1'],
  [/(?<=file |, size )\d+/g, 'SIZE'],
  [/\d+ (more changes?|changes?|sections?|mounts?|descriptors?|limits?)/g, 'N $1'],
];

/** Changes that list what this machine has mounted, and how its cgroups are. */
const machines = /^ {4}[+~-] (host\.cgroup|container\.mounts)/;

/** Lines are cut where the terminal ends, so a longer number takes a letter of the text: both are cut earlier. */
const SURE = 48;

/** A command line that is longer than this without its numbers is cut on a machine whose pids are long enough. */
const PERHAPS = 88;

function line(text: string): string {
  let clean = text;
  for (const [pattern, word] of replacements) clean = clean.replace(pattern, word);
  if (/^ {4}\$ [^…]*$/.test(clean) && clean.length > PERHAPS) return `${clean.slice(0, SURE)}…`;
  return clean.replace(
    /^(.{0,48})[^…]*…(?! \d)(.*?)( = \S+ <TIME>)?$/,
    (_, start: string, _rest, result = '') => `${start.slice(0, SURE)}…${result}`,
  );
}

/** A record goes on in the next line, and where it does depends on the digits of its numbers. */
function whole(lines: readonly string[]): string[] {
  const joined: string[] = [];
  for (const text of lines) {
    const last = joined.at(-1) ?? '';
    if (/^ {4}[+~-] .*,$/.test(last) && text.startsWith(' '.repeat(8)))
      joined[joined.length - 1] = `${last} ${text.trim()}`;
    else joined.push(text);
  }
  return joined;
}

/**
 * @param shown stages of which everything is kept; of the others, where the kernel's configuration shows, only headings,
 * prompts and what was typed
 */
export function normalised(transcript: string, shown: readonly string[]): string {
  let stage = '';
  const known = transcript.replace(/\$ROOT is [\s\S]*?containers\/ID\./, '$ROOT is …');
  const lines = whole(known.split('\n')).filter((text) => {
    if (machines.test(text)) return false;
    stage = /^━━ \d of 9 · (\w+)/.exec(text)?.[1] ?? stage;
    return stage === '' || shown.includes(stage) || /^(━━|tsstep|\[)/.test(text);
  });
  return lines.map(line).join('\n');
}
