/**
 * What the texts of scripts tell about the session, where asking the server would cost too much or it cannot tell.
 */

const setCommand = /\bset\s+(?:session\s+)?([a-z_]\w*(?:\.[a-z_]\w*)+)\s*(?:=|\bto\b)/gi;
const setCall = /\bset_config\s*\(\s*'([a-z_]\w*(?:\.[a-z_]\w*)+)'/gi;
const dottedName = /^[a-z_]\w*(?:\.[a-z_]\w*)+$/i;

/** limbeck's own. */
const own = /^limbeck\./i;

/**
 * Returns the names of the custom settings that a text may change for its session: those with a dot in their
 * name, which belong to no extension, and which the server lists nowhere.
 *
 * @param values - bound to the text: a name may be among them
 */
export function customSettingsIn(text: string, values: readonly unknown[] = []): string[] {
  if (!/\bset/i.test(text)) return [];
  const found = [...text.matchAll(setCommand), ...text.matchAll(setCall)].map(([, name = '']) => name);
  const bound = /\bset_config\s*\(/i.test(text) ? values.filter(isDottedName) : [];
  return [...new Set([...found, ...bound])].filter((name) => !own.test(name));
}

function isDottedName(value: unknown): value is string {
  return typeof value === 'string' && dottedName.test(value);
}

const keeping =
  /\b(?:call|declare|discard|do|execute|explain|listen|prepare|select|temp|temporary|unlisten)\b|pg_temp/i;

/** Whether a text may take a lock, prepare a statement and the like, or call what does; a plain definition may not. */
export function mayKeepThings(text: string): boolean {
  return keeping.test(text);
}
