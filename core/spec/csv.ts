/**
 * The fields of one line of RFC 4180: a field in double quotes may hold commas, and quotes when doubled. `undefined` when a
 * quote is out of place.
 */
export function csvFields(line: string): string[] | undefined {
  const fields: string[] = [];
  let rest = line;
  for (;;) {
    const match = /^(?:"((?:[^"]|"")*)"|([^",]*))(,|$)/.exec(rest);
    if (!match) return undefined;
    fields.push(match[1] === undefined ? (match[2] ?? '') : match[1].replaceAll('""', '"'));
    if (match[3] === '') return fields;
    rest = rest.slice(match[0].length);
  }
}
