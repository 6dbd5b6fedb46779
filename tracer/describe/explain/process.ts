import type { Kind } from '../../../core/operation.ts';

/** Terminal, descriptors, signals, and the program itself. */
export const process = {
  'lookup-executable': `execve wants a path; looking through PATH is done by shells and by the C library. It is done here with the
    container's PATH and in the container's root, before anything else about the process is settled, so that a mistake is told
    early. docker ends with 127 if there is no such file and with 126 if it may not be executed. A script whose interpreter is missing
    is found here and still fails at execve with ENOENT.`,
  openpt: `A pseudo-terminal is a pair: what is written to the master side comes out of the slave as if typed, with line editing and
    Ctrl-C. Opening ptmx makes a new pair, and the slave gets a number below /dev/pts. It is made in the container's own devpts, so
    that ttyname in the container finds it; the master stays outside, with tsstep. docker -t does the same through runc's console
    socket.`,
  setsid: `Starts a new session and process group and lets go of the controlling terminal. Otherwise Ctrl-C on your terminal would
    reach the container's process directly, and a program in it could push characters into your terminal's input (TIOCSTI). runc does
    it always, with or without -t. EPERM means that the process leads a group already.`,
  'controlling-terminal': `A session can have one controlling terminal; signals such as SIGINT from Ctrl-C and SIGWINCH on resize go
    to its foreground group. TIOCSCTTY makes this terminal ours, and dup2 puts it on descriptors 0, 1 and 2. Without it a shell says
    "no job control in this shell". Only a session leader without a terminal may do it: otherwise EPERM.`,
  stdio: `Descriptors 0, 1 and 2 are all that the program gets from outside. Node marks its own close-on-exec, so without this step
    the program would start without any. They are given to the container's user, because opening /dev/stdout again, as many servers do
    for their logs, checks the owner of the pipe. docker has the same repair, and the same bug reports when it is missing.`,
  umask: `The mask takes permission bits away from every file that is made later; 022 means that only the owner may write. It is
    inherited, so without this step a container would behave differently depending on who started it. runc sets 022 as well.`,
  'reset-signals': `execve resets signals that have a handler but keeps ignored ones ignored, and keeps the mask of blocked signals.
    Node ignores SIGPIPE, so without this step "yes | head -1" in the container would go on for ever. Go programs have the same
    duty, and runc fulfils it. SIGKILL and SIGSTOP are left out, because nobody can change them.`,
  'clear-pdeathsig': `While the container was being built, the kernel had orders to kill init if its parent dies, so that a crash of
    tsstep leaves nothing half-made behind. The finished container has to live by itself. execve would keep the order, so it is taken
    back here. /proc does not show this setting: it is the one step after which nothing seems to have changed.`,
  'close-range': `Marks every descriptor from 3 up to be closed by execve, in one call. A forgotten descriptor of a host directory is
    a way out of the container: CVE-2024-21626, "Leaky Vessels", was one in runc, and runc now does exactly this. The descriptors stay
    usable until then, so that an error can still be reported. It needs Linux 5.11 for the flag.`,
  execve: `Replaces the program in this process: new memory, new arguments, new environment, and the same pid, namespaces, control
    groups, limits and credentials. All other threads end, and descriptors marked close-on-exec are closed. So the container's
    process is not started in the container; the process that built it becomes it. ENOENT can also mean that the interpreter of a
    script or the dynamic loader is missing; "Exec format error" is the wrong architecture.`,
} as const satisfies Partial<Record<Kind, string>>;
