/**
 * The table of address translation is shared by all containers of tsstep, who count its holders. A script is not among them,
 * so it has a table of its own, like its bridge.
 */
const natTable = (id: string): string => `tsstep-nat-${id.slice(0, 12)}`;

export function ownNat(argv: readonly string[], id: string): readonly string[] {
  const deletes = argv.slice(0, 4).join(' ') === 'nft delete table ip' && argv[4] === 'tsstep';
  return deletes ? [...argv.slice(0, 4), natTable(id)] : argv;
}

export function ownRules(rules: string, id: string): string {
  return rules.replace(/^table ip tsstep \{/, `table ip ${natTable(id)} {`);
}
