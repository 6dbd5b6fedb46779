import type { Kind } from '../../../core/operation.ts';

/** Who the process will be and what it may do. */
export const privileges = {
  'lookup-user': `The kernel knows only numbers; names are an agreement in /etc/passwd and /etc/group. The image's own files are read,
    after pivot_root, so that www-data is what the image means by it. A number needs no entry at all, and its home is then /. docker
    does the same, including the supplementary groups of the user. An unknown name is an error; an unknown number is not.`,
  'join-session-keyring': `Every login has a keyring in the kernel, which all its processes inherit: tickets of Kerberos, passwords of
    network drives, keys of encrypted directories. No namespace covers it. So the process leaves it for a new one that is empty. runc
    does the same, and docker's seccomp profile forbids the calls besides. ENOSYS, a kernel without keys, is no failure; EDQUOT means
    that root's quota of keys is used up (/proc/key-users).`,
  'capbset-drop': `The bounding set is the upper limit of what any execve can give, for this process and all its children, for good.
    Dropping a capability here means that not even a setuid-root program or a file with capabilities brings it back. docker keeps 14
    of about 40: without SYS_ADMIN no mounting, without NET_ADMIN no firewall, without SYS_PTRACE less spying. It has to happen while
    CAP_SETPCAP is still held, so before leaving uid 0.`,
  setgroups: `Replaces the list of supplementary groups. If it were forgotten, the process would keep the groups of whoever started
    tsstep, among them perhaps disk or docker, and with them access to the host's files. It has to come before the change of user,
    because afterwards CAP_SETGID is gone. CVE-2022-2990 and its kin were about mistakes in exactly this list.`,
  setresgid: `Sets the real, effective and saved group id at once, so that there is no old one to go back to. The order is groups,
    group, user: each needs a capability that the last of them takes away. Without a user namespace these are the same numbers as on
    the host, so files in a bind mount belong to that very group.`,
  setresuid: `Sets the real, effective and saved user id. When all of them leave 0, the kernel empties the permitted and effective
    capability sets, so an ordinary user in the container has no capability at all, whatever --cap-add says. Without a user namespace
    uid 1000 in here is uid 1000 out there; that is why permissions on bind mounts are such a common trouble. EPERM means
    that CAP_SETUID is missing.`,
  capset: `Sets the thread's own sets: permitted is what it may use, effective is what counts when the kernel checks. The pieces of
    root's power are kept one by one: CHOWN, KILL, NET_BIND_SERVICE and eleven others by default. The inheritable set stays empty
    since CVE-2022-24769. A capability can be lowered freely but never raised above what is permitted: EPERM.`,
  'no-new-privs': `One bit, inherited by all children, that nobody can clear: from now on execve ignores setuid and setgid bits and
    file capabilities. sudo and ping with file capabilities stop working, and so do attacks that rely on such programs. docker sets it
    with --security-opt no-new-privileges; Kubernetes calls it allowPrivilegeEscalation: false.`,
} as const satisfies Partial<Record<Kind, string>>;
