/**
 * Words behind `--`, which are no flags whatever they look like.
 *
 * yargs leaves them out when it fills positionals, so it is given them in a form that it takes for plain words.
 */
import type { Arguments } from './command.js';

/** No word of a command line can hold it. */
const mark = '\0';

/** Returns the words before `--`, among which flags count. */
export function flagWords(words: readonly string[]): readonly string[] {
  const end = words.indexOf('--');
  return end === -1 ? words : words.slice(0, end);
}

/**
 * Returns the first word that is neither a flag nor the value of one, which must be the command.
 *
 * @param withValue - the flags that take the next word
 */
export function firstPlainWord(words: readonly string[], withValue: ReadonlySet<string>): string | undefined {
  return words.find((word, index) => !word.startsWith('-') && !withValue.has(words[index - 1] ?? ''));
}

/** Returns the words for yargs: without `--`, and with a mark before those behind it that look like flags. */
export function withoutSeparator(words: readonly string[]): readonly string[] {
  const flags = flagWords(words);
  const literal = words.slice(flags.length + 1);
  return [...flags, ...literal.map((word) => (word.startsWith('-') ? `${mark}${word}` : word))];
}

/** Returns arguments as they were typed. */
export function unmarkedArguments(args: Arguments): Arguments {
  return Object.fromEntries(Object.entries(args).map(([name, value]) => [name, unmarked(value)]));
}

/** Returns what yargs says with the words as they were typed. */
export function unmarkedText(text: string): string {
  return text.replaceAll(mark, '');
}

function unmarked(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unmarked);
  return typeof value === 'string' ? unmarkedText(value) : value;
}
