/** The options that say where a shadow is made. */
import type { Options } from 'yargs';
import type { ShadowChoice, TrialChoice } from '../lib/index.js';
import { type Arguments, type Library, textOf } from './command.js';

const places = ['embedded', 'server'] as const satisfies readonly ShadowChoice[];
const trialPlaces = [...places, 'none'] as const satisfies readonly TrialChoice[];
const usual = 'server if `shadowUrl` is set, else embedded';

export const shadowOption = {
  type: 'string',
  describe: 'Where to make the scratch database: embedded, server',
  defaultDescription: usual,
} as const satisfies Options;

/** Of commands that try changed files before they freeze them. */
export const trialOption = {
  type: 'string',
  describe: 'Where to try changed files before they are frozen: embedded, server, none',
  defaultDescription: usual,
} as const satisfies Options;

/** Of the command that compares a database with a shadow. */
export const driftOption = {
  type: 'string',
  describe: 'With --database: where to make what is compared with: embedded, server, none',
  defaultDescription: 'server of `shadowUrl`, else of the database, else embedded',
} as const satisfies Options;

/** Returns where the shadow was asked for, if that was said. */
export function shadowOf(args: Arguments, library: Library): ShadowChoice | undefined {
  return choiceOf(args, places, library);
}

/** Returns where files are to be tried, if that was said. */
export function trialOf(args: Arguments, library: Library): TrialChoice | undefined {
  return choiceOf(args, trialPlaces, library);
}

function choiceOf<Place extends string>(
  args: Arguments,
  choices: readonly Place[],
  { UsageError }: Library,
): Place | undefined {
  const given = textOf(args, 'shadow');
  const found = choices.find((place) => place === given);
  if (given === undefined || found !== undefined) return found;
  throw new UsageError('USAGE', {
    message: `there is no place "${given}" for a shadow`,
    next: `choose one of ${choices.map((place) => `"${place}"`).join(', ')}`,
    details: { places: choices },
  });
}
