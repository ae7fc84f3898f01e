/**
 * The settings of the transaction through which the blocks are told what to do, and tell each other what they did.
 */
import { quoteLiteral } from '../sql/quote.js';

/** Holds, by scope, what was set aside, child first. */
export const asideSetting = 'limbeck.aside';

/** What the next block is to do, as JSON, so that the text of a block is always the same. */
const wantedSetting = 'limbeck.wanted';

/** Makes the text that says what the next block is to do. */
export function wantedText(wanted: object): string {
  return `select pg_catalog.set_config('${wantedSetting}', ${quoteLiteral(JSON.stringify(wanted))}, true)`;
}

/** The variable of a block for what it is to do, and how it reads that. */
export const wantedVariable = '  call pg_catalog.jsonb;';
export const readWanted = `  call := pg_catalog.current_setting('${wantedSetting}')::pg_catalog.jsonb;`;
