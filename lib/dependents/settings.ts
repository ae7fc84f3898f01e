/**
 * The settings that a block pins while it works, so that what the server prints means the same when it reads it:
 * the same ones that pg_dump sets.
 */

const pinned: readonly (readonly [name: string, value: string])[] = [
  ['search_path', ''],
  ['check_function_bodies', 'off'],
  ['quote_all_identifiers', 'off'],
  ['standard_conforming_strings', 'on'],
  ['datestyle', 'ISO, YMD'],
  ['intervalstyle', 'postgres'],
  ['extra_float_digits', '3'],
  ['array_nulls', 'on'],
  ['transform_null_equals', 'off'],
  ['default_tablespace', ''],
  ['client_min_messages', 'error'],
  // Compiling takes longer than the queries do.
  ['jit', 'off'],
];

const names = `array[${pinned.map(([name]) => `'${name}'`).join(', ')}]`;
const values = `array[${pinned.map(([, value]) => `'${value}'`).join(', ')}]`;

/** The variable that keeps what was set. */
export const settingsVariable = '  settings pg_catalog.text[];';

const each = `pg_catalog.generate_series(1, ${pinned.length}) as place`;

/** Notes the settings, and pins them. */
export const pinSettings = `  settings := (
    select pg_catalog.array_agg(pg_catalog.current_setting((${names})[place]) order by place) from ${each});
  perform pg_catalog.set_config((${names})[place], (${values})[place], true) from ${each};`;

/** Puts back what was set; when something fails, going back to before the block does. */
export const restoreSettings = `  perform pg_catalog.set_config((${names})[place], settings[place], true) from ${each};`;
