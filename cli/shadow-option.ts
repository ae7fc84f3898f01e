/** The options that say where a shadow is made. */
import type { Options } from 'yargs';
import type { ShadowChoice, TrialChoice } from '../lib/index.js';
import { type Arguments, textOf } from './command.js';

const places = ['embedded', 'server'] as const satisfies readonly ShadowChoice[];
const trialPlaces = [...places, 'none'] as const satisfies readonly TrialChoice[];
const usual = 'server if `shadowUrl` is set, else embedded';

export const shadowOption = {
  type: 'string',
  choices: places,
  describe: 'Where to make the scratch database: in memory, or on a server',
  defaultDescription: usual,
} as const satisfies Options;

/** Of commands that try changed files before they freeze them. */
export const trialOption = {
  type: 'string',
  choices: trialPlaces,
  describe: 'Where to try changed files before they are frozen',
  defaultDescription: usual,
} as const satisfies Options;

/** Of the command that compares a database with a shadow. */
export const driftOption = {
  type: 'string',
  choices: trialPlaces,
  describe: 'With --database: where to make the scratch database to compare with',
  defaultDescription: 'server of `shadowUrl`, else of the database, else embedded',
} as const satisfies Options;

/** Returns where the shadow was asked for, if that was said. */
export function shadowOf(args: Arguments): ShadowChoice | undefined {
  return places.find((place) => place === textOf(args, 'shadow'));
}

/** Returns where files are to be tried, if that was said. */
export function trialOf(args: Arguments): TrialChoice | undefined {
  return trialPlaces.find((place) => place === textOf(args, 'shadow'));
}
