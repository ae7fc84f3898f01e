/**
 * What a session keeps beyond a transaction: settings, the role, advisory locks, prepared statements and the like.
 *
 * Here is the SQL that reads it, and the comparison. Two ways to read: hashes, of the settings for every step,
 * which costs a tenth of a millisecond, and of the rest where a script may have touched it; and the whole, once
 * at the start and where a hash has changed.
 */
import { quoteIdentifier, quoteLiteral } from '../sql/quote.js';

/** The state of a session, as read. */
export interface SessionState {
  /** Settings that a script can change, with where the value comes from: `session` for one that was SET. */
  readonly settings: Readonly<Record<string, readonly [value: string, source: string]>>;
  /** Settings with a dot that belong to nobody; no list has them, so only those that a text has named. */
  readonly custom: Readonly<Record<string, string | null>>;
  readonly role: string;
  readonly session_authorization: string;
  /** Session advisory locks, as `classid:objid:objsubid:mode`. */
  readonly locks: readonly string[];
  /** Channels that are listened to. */
  readonly channels: readonly string[];
  /** Prepared statements. */
  readonly statements: readonly string[];
  /** Cursors WITH HOLD. */
  readonly cursors: readonly string[];
  /** Temporary objects, described. */
  readonly temporary: readonly string[];
}

/** One thing that was left behind. */
export interface Leftover {
  /** Finds it again: `setting search_path`. */
  readonly key: string;
  /** In words: `setting "search_path" was "public" and is "app"`. */
  readonly words: string;
  /** What a script should do in its place. */
  readonly advice: string;
  /** SQL that takes it away; undefined where it must stay. */
  readonly reset: string | undefined;
  /** The setting, where it is one, and the value that it should have. */
  readonly setting?: { readonly name: string; readonly value: string };
}

/** What each step sets for itself, with SET LOCAL. */
export const stepSettingNames = ['application_name', 'lock_timeout', 'statement_timeout'] as const;

/** An expression: what a step has set for itself, as one text; `stepSettings` of the ledger keeps it. */
export const stepLimits = `concat_ws('|', ${stepSettingNames.map((name) => `current_setting('${name}')`).join(', ')})`;

/** These belong to the transaction. */
const ofTransaction = ['transaction_isolation', 'transaction_read_only', 'transaction_deferrable'];

const literals = (names: readonly string[]) => names.map((name) => quoteLiteral(name)).join(', ');
/** A condition on `pg_settings`: a script can change the setting for its session. */
export const settable = `context in ('user', 'superuser') and name not in (${literals(ofTransaction)})`;

/**
 * Keeps the names of the settings that the hash is over in a setting of the session: reading them from
 * `pg_settings` costs more than all the rest.
 */
export const keepNamesText = `select set_config('limbeck.settings', (select string_agg(name, ',' order by name)
  from pg_settings where ${settable} and name not in (${literals(stepSettingNames)})), false)`;

const locks = `select concat_ws(':', classid, objid, objsubid, mode) as item from pg_locks
  where locktype = 'advisory' and granted and pid = pg_backend_pid()`;
const channels = 'select item from pg_listening_channels() as item';
const statements = 'select name as item from pg_prepared_statements';
const cursors = "select name as item from pg_cursors where is_holdable and name <> ''";
const temporary = `select pg_describe_object(classid, objid, 0) as item from pg_depend
  where pg_my_temp_schema() <> 0 and refclassid = 'pg_namespace'::regclass and refobjid = pg_my_temp_schema()`;

const joined = (items: string) => `(select string_agg(item, '|' order by item) from (${items}) items)`;
const listed = (items: string) =>
  `(select coalesce(json_agg(item order by item), '[]') from (${items}) items)`;

/** An expression: the hash of the settings, but for roles and what a step sets for itself. */
export const settingsHash = `hashtextextended((select string_agg(current_setting(name, true), '|')
  from unnest(string_to_array(current_setting('limbeck.settings', true), ',')) as name), 0)::text`;

/** An expression: the hash of all that is no setting. */
export const thingsHash = `hashtextextended(concat_ws(E'\\n',
  ${[locks, channels, statements, cursors, temporary].map(joined).join(',\n  ')}), 0)::text`;

/**
 * A query with one row: the hashes as `settings` and `things`, the state as `state`, a text of JSON, and the
 * number of the server's process as `process`.
 *
 * @param custom - names of custom settings
 */
export function stateQuery(custom: readonly string[] = []): string {
  const settings = `(select json_object_agg(name, json_build_array(current_setting(name), source))
    from pg_settings where ${settable})`;
  const named = custom.map((name) => `${quoteLiteral(name)}, ${settingValue(name)}`).join(', ');
  return `select ${settingsHash} as settings, ${thingsHash} as things, pg_backend_pid() as process, json_build_object('settings', ${settings},
  'custom', json_build_object(${named}), 'role', current_setting('role'), 'session_authorization', session_user,
  'locks', ${listed(locks)}, 'channels', ${listed(channels)}, 'statements', ${listed(statements)},
  'cursors', ${listed(cursors)}, 'temporary', ${listed(temporary)})::text as state`;
}

/** An expression: the value of a setting, null where there is none. */
export function settingValue(name: string): string {
  return `nullif(current_setting(${quoteLiteral(name)}, true), '')`;
}

/** Compares two states of a session: what is in the later one that should not be, in words and with the way back. */
export function leftovers(before: SessionState, after: SessionState): Leftover[] {
  return [
    ...changedRoles(before, after),
    ...Object.entries(after.settings).flatMap(([name, [value, source]]) => {
      const [old, oldSource] = before.settings[name] ?? [undefined, undefined];
      // A value that an administrator gave all sessions meanwhile is none of the script's doing.
      const isOfSession = source === 'session' || oldSource === 'session';
      return isOfSession && old !== undefined && old !== value ? [changedSetting(name, old, value)] : [];
    }),
    ...Object.entries(after.custom).flatMap(([name, value]) => {
      const old = before.custom[name] ?? null;
      return old === value ? [] : [changedSetting(name, old ?? '', value ?? '')];
    }),
    ...added(before.locks, after.locks).map(advisoryLock),
    ...added(before.channels, after.channels).map((name) =>
      thing('channel', name, ['it listens to', 'unlisten']),
    ),
    ...added(before.statements, after.statements).map((name) =>
      thing('statement', name, ['prepared statement', 'deallocate']),
    ),
    ...added(before.cursors, after.cursors).map((name) => thing('cursor', name, ['cursor', 'close'])),
    ...temporaryObjects(before, after),
  ];
}

/** The session's user comes first: changing it ends the role. */
function changedRoles(before: SessionState, after: SessionState): Leftover[] {
  return (['session_authorization', 'role'] as const).flatMap((name) =>
    before[name] === after[name] ? [] : [changedSetting(name, before[name], after[name])],
  );
}

function changedSetting(name: string, old: string, value: string): Leftover {
  const setting = { name, value: old };
  return {
    key: `setting ${name}`,
    words: `setting "${name}" was "${old}" and is "${value}"`,
    advice: 'write SET LOCAL, which ends with the revision',
    reset: settingText(setting, { isLocal: false }),
    setting,
  };
}

/** Makes a query that gives a setting its value, for the session or the transaction. */
export function settingText(
  { name, value }: { readonly name: string; readonly value: string },
  { isLocal }: { readonly isLocal: boolean },
): string {
  return `select set_config(${quoteLiteral(name)}, ${quoteLiteral(value)}, ${isLocal})`;
}

function thing(
  kind: string,
  name: string,
  [words, command]: readonly [words: string, command: string],
): Leftover {
  return {
    key: `${kind} ${name}`,
    words: `${words} "${name}"`,
    advice: `end it in the script with ${command.toUpperCase()}`,
    reset: `${command} ${quoteIdentifier(name)}`,
  };
}

/** Held more than once it is given back as often; one call too many only says so. */
function advisoryLock(item: string): Leftover {
  const [high = '0', low = '0', pair, mode = ''] = item.split(':');
  const wide = (BigInt(high) << 32n) | BigInt(low);
  // Two numbers of 32 bits are shown unsigned and taken signed.
  const signed = (number: string) => String(BigInt.asIntN(32, BigInt(number)));
  const key = pair === '1' ? String(BigInt.asIntN(64, wide)) : `${signed(high)}, ${signed(low)}`;
  const unlock = `pg_advisory_unlock${mode === 'ShareLock' ? '_shared' : ''}(${key})`;
  const reset = `with recursive held (more) as (select ${unlock} union all select ${unlock} from held where more) select from held`;
  return {
    key: `lock ${item}`,
    words: `advisory lock (${key})`,
    advice: `take it with pg_advisory_xact_lock, or give it back with pg_advisory_unlock`,
    reset,
  };
}

/** They go together; where the session had some before, nobody knows whose are whose. */
function temporaryObjects(before: SessionState, after: SessionState): Leftover[] {
  const found = added(before.temporary, after.temporary);
  return found.map((described) => ({
    key: `temporary ${described}`,
    words: `temporary ${described}`,
    advice: 'drop it in the script, or create a table ON COMMIT DROP',
    reset: before.temporary.length === 0 ? 'discard temp' : undefined,
  }));
}

function added(before: readonly string[], after: readonly string[]): string[] {
  return after.filter((item) => !before.includes(item));
}
