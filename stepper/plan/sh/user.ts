/** A user's numbers, looked up with awk in the image's own files. */
import type { Kind, OperationOf } from '../../../core/operation.ts';
import { parseId } from '../../../core/spec/user-string.ts';
import type { Writer } from './writer.ts';

/** Lines of the script for one operation. */
export type Lines<K extends Kind> = (operation: OperationOf<K>, writer: Writer) => string[];

/** What a reader should know where there is nothing to do. */
export const note = (text: string): string[] => [`# -> ${text}`];

const etc = (file: string): string => `"/proc/$INIT/root/etc/${file}" 2>/dev/null`;

/** The field that is compared: numbers are ids, everything else is a name. */
const by = (text: string, idField: string): string =>
  parseId(text) === undefined ? `$1 == ${awkText(text)}` : `${idField} == ${parseId(text)}`;
const awkText = (text: string): string => JSON.stringify(text);

function groupId(group: string, variable: string, writer: Writer): string[] {
  if (parseId(group) !== undefined) return [`${variable}=${parseId(group)}`];
  return [
    `${variable}=$(awk -F: ${writer.word(`$1 == ${awkText(group)} { print $3; exit }`)} ${etc('group')}) || :`,
    `[ -n "$${variable}" ] || fail 125 ${writer.word(`the image has no group ${group}`)}`,
  ];
}

export function lookupUser({ user, groups }: OperationOf<'lookup-user'>, writer: Writer): string[] {
  const [given = '', group = ''] = user.split(':');
  const name = given === '' ? '0' : given;
  const id = parseId(name);
  const entry = writer.word(`${by(name, '$3')} { print $1 ":" $3 ":" $4 ":" $6; exit }`);
  const none =
    id === undefined ? `fail 125 ${writer.word(`the image has no user ${name}`)}` : `ENTRY=:${id}:0:/`;
  return [
    `ENTRY=$(awk -F: ${entry} ${etc('passwd')}) || :`,
    `[ -n "$ENTRY" ] || ${none}`,
    'IFS=: read -r USER_NAME USER_ID GROUP_ID HOME_DIR <<END',
    '$ENTRY',
    'END',
    ...(group === '' ? [] : groupId(group, 'GROUP_ID', writer)),
    'GROUP_IDS=$GROUP_ID',
    ...(group === '' ? memberships : []),
    ...groups.flatMap((one) => [...groupId(one, 'ONE_MORE', writer), 'GROUP_IDS=$GROUP_IDS,$ONE_MORE']),
  ];
}

/** A group named with the user takes the place of those that the image's group file gives him. */
const memberships = [
  'for group in $(awk -F: -v user="$USER_NAME" \'',
  '  user != "" && ("," $4 ",") ~ ("," user ",") { print $3 }',
  `' ${etc('group')}); do GROUP_IDS=$GROUP_IDS,$group; done`,
];
