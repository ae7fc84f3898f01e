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
 * Returns the words that are neither flags nor values of them, of which the first must name the command.
 *
 * @param withValue - the flags that take the next word
 */
export function plainWordsOf(
  words: readonly string[],
  withValue: ReadonlySet<string>,
): { readonly word: string; readonly index: number }[] {
  return words
    .map((word, index) => ({ word, index }))
    .filter(({ word, index }) => !word.startsWith('-') && !withValue.has(words[index - 1] ?? ''));
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
