import { usageError } from './usage.ts';

/** `--security-opt`: profiles are not applied here, so that switching them off is granted and choosing one is refused. */
export function parseSecurityOpts(texts: readonly string[]): { noNewPrivileges: boolean } {
  let noNewPrivileges = false;
  for (const text of texts) {
    // Docker still reads the colon of its first years.
    const [name = '', value] = text.split(/[=:](.*)/s);
    if (name === 'no-new-privileges') {
      if (value !== undefined && value !== 'true' && value !== 'false') {
        throw usageError(
          '--security-opt',
          text,
          'it is true or false',
          'write --security-opt no-new-privileges',
        );
      }
      noNewPrivileges = value !== 'false';
    } else if (!((name === 'seccomp' || name === 'apparmor') && value === 'unconfined')) {
      const known = 'no-new-privileges, seccomp=unconfined, apparmor=unconfined';
      const why = /^(seccomp|apparmor|label|systempaths)$/.test(name)
        ? `tsstep applies no ${name} profiles`
        : 'there is no such option';
      throw usageError('--security-opt', text, why, `use one of ${known}`);
    }
  }
  return { noNewPrivileges };
}
