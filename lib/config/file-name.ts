/**
 * The setting `fileName`: how the files of new scripts are called.
 */
import { ConfigError } from '../errors.js';
import { listed, nearMisses } from '../graph/wording.js';

/** What may stand in braces. */
export const fileNameTokens = [
  'timestamp',
  'epoch',
  'year',
  'month',
  'day',
  'hour',
  'minute',
  'second',
  'revision',
  'slug',
] as const;

export type FileNameToken = (typeof fileNameTokens)[number];

/** Says what a file name should be, if it is not that: of known tokens, and inside the script directory. */
export function fileNameProblem(text: string): string | undefined {
  if (text === '') return 'a text that is not empty';
  const known = fileNameTokens.map((token) => `{${token}}`);
  const unknown = (text.match(/\{[^{}]*\}/g) ?? []).find((token) => !known.some((each) => each === token));
  if (unknown !== undefined) {
    const [near] = nearMisses(unknown, known);
    const question = near === undefined ? '' : `; did you mean ${listed([near])}?`;
    return `a file name with the tokens ${known.join(', ')}, of which "${unknown}" is none${question}`;
  }
  const isOutside = text.split(/[\\/]/).some((part) => ['', '.', '..'].includes(part));
  return isOutside ? 'a file name, or a path inside the script directory' : undefined;
}

/** Returns whether scripts with this name lie in sub-folders of the script directory. */
export function hasSubFolders(fileName: string): boolean {
  return fileName.includes('/');
}

/**
 * Checks that scripts are read where `fileName` puts them.
 *
 * @throws ConfigError `INVALID_SETTING`
 */
export function assertReadFromSubFolders(
  { fileName, recursive }: { readonly fileName: string; readonly recursive: boolean },
  knexfile: string,
): void {
  if (recursive || !hasSubFolders(fileName)) return;
  throw new ConfigError('INVALID_SETTING', {
    message: `the setting "fileName" puts scripts into sub-folders, "${fileName}", where they are not looked for`,
    where: knexfile,
    next: 'set `recursive: true` beside it, or take the "/" out of it',
  });
}
