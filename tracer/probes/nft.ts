import type { Probe, Tree } from '../snapshot.ts';
import { run } from './run.ts';

/**
 * tsstep's own tables as `nft list ruleset` writes them, without counters' values (nft(8), --stateless); of other tables only
 * the rules that name a tsstep interface, because a firewall that drops what is forwarded has to be told in its own chain.
 */
export const nft: Probe = async () => {
  const done = await run(['nft', '--stateless', 'list', 'ruleset']);
  if (done?.code !== 0) return undefined;
  const tables = parseRuleset(done.stdout);
  const found: Tree = {};
  for (const [name, chains] of Object.entries(tables)) {
    const kept = /^\S+ tsstep/.test(name) ? chains : ours(chains);
    if (kept !== undefined) found[name] = kept;
  }
  return Object.keys(found).length > 0 ? found : undefined;
};

/** The part of a foreign table that mentions tsstep. */
function ours(tree: Tree[string]): Tree | undefined {
  if (typeof tree !== 'object' || tree === null) return undefined;
  const found: Tree = {};
  for (const [key, value] of Object.entries(tree)) {
    const kept = typeof value === 'object' ? ours(value) : key.includes('tsstep') ? value : undefined;
    if (kept !== undefined) found[key] = kept;
  }
  return Object.keys(found).length > 0 ? found : undefined;
}

/**
 * Table, then chain (or set or map), then each line as a key of its own: the text is what identifies a rule, its place
 * changes when another container's rule goes. Equal lines are counted: `… #2`.
 */
export function parseRuleset(listing: string): Tree {
  const root: Tree = {};
  const open: Tree[] = [root];
  let chain: Tree | undefined;
  for (const raw of listing.split('\n')) {
    const each = raw.trim();
    const inner = open.at(-1) ?? root;
    if (each === '') continue;
    if (each === '}') {
      open.pop();
    } else if (open.length < 3 && each.endsWith('{')) {
      chain = {};
      inner[each.replace(/^(table|chain) /, '').replace(/ \{$/, '')] = chain;
      open.push(chain);
    } else {
      inner[unused(inner, each)] = true;
    }
  }
  return root;
}

function unused(tree: Tree, key: string): string {
  for (let count = 2, name = key; ; name = `${key} #${count++}`) if (!Object.hasOwn(tree, name)) return name;
}
