/** The option that says where a shadow is made. */
import type { Options } from 'yargs';
import type { ShadowChoice } from '../lib/index.js';
import { type Arguments, textOf } from './command.js';

const places = ['embedded', 'server'] as const satisfies readonly ShadowChoice[];

export const shadowOption = {
  type: 'string',
  choices: places,
  describe: 'Where to make the scratch database: in memory, or on a server',
  defaultDescription: 'on the server of `shadowUrl` if that is set, else embedded',
} as const satisfies Options;

/** Returns where the shadow was asked for, if that was said. */
export function shadowOf(args: Arguments): ShadowChoice | undefined {
  const given = textOf(args, 'shadow');
  return places.find((place) => place === given);
}
