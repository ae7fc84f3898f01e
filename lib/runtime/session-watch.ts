/**
 * Watching over the session: what a script leaves behind in it must not reach the next revision.
 *
 * The message of a step ends with two small queries before the version rows are written. The first notes
 * role and search path and puts both back, so that limbeck writes its rows as itself. The second reads a hash
 * of all the rest, and sees that the lock is still held. Only where something differs is more asked, after the
 * transaction: what was SET LOCAL is gone by then, and what is left was left behind.
 */
import { type LimbeckError, LockError } from '../errors.js';
import type { Logger } from '../logger.js';
import { quoteIdentifier, quoteLiteral } from '../sql/quote.js';
import { ownStatement, type QueryResult, type Statement } from '../sql/statement.js';
import { customSettingsIn } from './custom-settings.js';
import { isOwnLock } from './lock.js';
import {
  keepNamesText,
  type Leftover,
  leftovers,
  type SessionState,
  settingText,
  settingValue,
  stateHash,
  stateQuery,
  stepLimits,
  stepSettingNames,
} from './session-state.js';
import { divisionByZero } from './sql-failure.js';

/** Runs limbeck's own text at once. */
export interface Asker {
  readonly database: string;
  ask(text: string): Promise<readonly QueryResult[]>;
}

/** The queries that tell a watch where it begins; their answers are the last ones of a message. */
export const watchText = `${keepNamesText};\n${stateQuery()}`;

export class SessionWatch {
  readonly #sink: Asker;
  readonly #logger: Logger;
  readonly #lockKey: string;
  #before: SessionState;
  #hash: string;
  /** Custom settings that texts have named, and their values then. */
  readonly #custom = new Map<string, string | null>();
  /** What was seen to differ since the state was read: keys of leftovers, `limits`, `lock`, or `rest` for more. */
  readonly #changed = new Set<string>();
  /** Which revision was the first to leave a thing, while all run in one transaction. */
  readonly #firstSeen = new Map<string, string>();

  /** @param answers - of a message that ends with `watchText` */
  constructor(sink: Asker, lockKey: string, logger: Logger, answers: readonly QueryResult[]) {
    this.#sink = sink;
    this.#lockKey = lockKey;
    this.#logger = logger;
    const { hash, state } = stateIn(answers);
    this.#hash = hash;
    this.#before = state;
  }

  /** Looks for custom settings in a text that is about to be sent; the statements note their values first. */
  notice(text: string, values: readonly unknown[] = []): Statement[] {
    // It begins with the COMMIT: no query of the transaction sees it.
    if (/\blisten\b/i.test(text)) this.#changed.add('rest');
    return customSettingsIn(text, values).flatMap((name) => {
      if (this.#custom.has(name)) return [];
      this.#custom.set(name, null);
      const keep = (rows: QueryResult['rows']) =>
        void this.#custom.set(name, rows[0]?.['value'] as string | null);
      return [{ ...ownStatement(`select ${settingValue(name)} as value`), onAnswer: keep }];
    });
  }

  /** Makes the statements that follow those of a script: limbeck is itself again, and learns what differs. */
  closing(): Statement[] {
    return [
      { ...ownStatement(this.#ownRoleQuery), onAnswer: (rows) => this.#note(rows) },
      { ...ownStatement(this.#restQuery, lockLost), onAnswer: (rows) => this.#note(rows) },
    ];
  }

  /** Its columns, and those of the next one, say of what they are named for whether it is as it was. */
  get #ownRoleQuery(): string {
    const path = this.#before.settings['search_path']?.[0] ?? '';
    const own = [...this.#roles, ["current_setting('search_path')", 'search_path', path] as const];
    const kept = own.map(
      ([current, name, value]) => `${current} = ${quoteLiteral(value)} as ${keyColumn(name)}`,
    );
    return `select ${kept.join(', ')}, ${putBack(own, { isLocal: true })}`;
  }

  /** The session's user comes first: setting it ends the role. */
  get #roles(): readonly Kept[] {
    const { role, session_authorization: user } = this.#before;
    return [
      ['session_user', 'session_authorization', user],
      ["current_setting('role')", 'role', role],
    ];
  }

  /** `offset 0` keeps the server from working the hash out again wherever it is mentioned. */
  get #restQuery(): string {
    const custom = [...this.#custom].map(
      ([name, value]) =>
        `${settingValue(name)} is not distinct from ${quoteLiteral(value)} as ${keyColumn(name)}`,
    );
    const isSame = `hash = ${quoteLiteral(this.#hash)}`;
    return `select ${[`${isSame} as rest`, 'limits', 'lock', ...custom].join(', ')},
  case when not lock then 1 / (case when pg_try_advisory_lock(${this.#lockKey}) then 1 else 0 end) end
from (select ${stateHash} as hash, current_setting('limbeck.limits', true) = ${stepLimits} as limits offset 0) state
  cross join lateral (select ${isSame} or exists (select from pg_locks where ${isOwnLock(this.#lockKey)}) as lock offset 0) held`;
  }

  #note(rows: QueryResult['rows']): void {
    for (const [name, isKept] of Object.entries(rows[0] ?? {})) if (isKept === false) this.#changed.add(name);
  }

  /** As `settle`, after an attempt of a step that was rolled back: nobody has told what it left. */
  async tidy(step: string): Promise<void> {
    this.#changed.add('rest');
    await this.settle(step, { isOpen: false });
  }

  /**
   * Puts back what a step left behind, with a warning for each thing; asks nothing where nothing was seen to differ.
   *
   * @param step - in words: `upgrade of "a1b2"`
   * @param isOpen - whether the transaction goes on: then nobody knows yet what will stay, and settings are
   *   put back for the rest of the transaction only
   */
  async settle(step: string, { isOpen }: { readonly isOpen: boolean }): Promise<void> {
    if (this.#changed.has('lock'))
      this.#warn(step, `limbeck's lock was released, and was taken again`, unlockAdvice);
    if (this.#changed.size === 0 && (isOpen || this.#firstSeen.size === 0)) return;
    const read = await this.#read({ isLocal: isOpen });
    const found = leftovers({ ...this.#before, custom: Object.fromEntries(this.#custom) }, read.state);
    if (isOpen) return this.#putBackForNow(step, found);
    for (const { key, words, advice } of found) this.#warn(this.#firstSeen.get(key) ?? step, words, advice);
    this.#firstSeen.clear();
    this.#changed.clear();
    const resets = found.flatMap(({ reset }) => (reset === undefined ? [] : [`${reset};\n`]));
    const { hash, state } =
      resets.length === 0 ? read : await this.#read({ isLocal: false, resets: resets.join('') });
    this.#hash = hash;
    this.#before = state;
    for (const [name, value] of Object.entries(state.custom)) this.#custom.set(name, value);
  }

  /** The limits of a step are always its own; the next one sets them anew. */
  async #putBackForNow(step: string, found: readonly Leftover[]): Promise<void> {
    const ofStep: readonly string[] = stepSettingNames.map((name) => `setting ${name}`);
    const seen = found.filter(({ key }) => !ofStep.includes(key));
    const noted = [...this.#changed].flatMap((name) => (name === 'limits' ? ofStep : [name]));
    this.#changed.clear();
    const keys = [...seen.map(({ key }) => key), ...noted];
    for (const key of keys) this.#firstSeen.set(key, this.#firstSeen.get(key) ?? step);
    const resets = seen.flatMap(({ setting }) => (setting ? [settingText(setting, { isLocal: true })] : []));
    if (resets.length > 0) await this.#sink.ask(resets.join(';\n'));
  }

  /** As the role that it was: another one may not see all settings. */
  async #read({ isLocal, resets = '' }: { readonly isLocal: boolean; readonly resets?: string }) {
    const roles = this.#roles;
    const answers = await this.#sink.ask(
      `select current_setting('role') as role, session_user as session_authorization, ${putBack(roles, { isLocal })};
${resets}${stateQuery([...this.#custom.keys()])}`,
    );
    const { hash, state } = stateIn(answers);
    const { role, session_authorization: user } = answers[0]?.rows[0] ?? {};
    return { hash, state: { ...state, role: String(role), session_authorization: String(user) } };
  }

  #warn(step: string, what: string, advice: string): void {
    this.#logger.warn(`${step} left something behind in the session: ${what}; ${advice}`);
  }
}

const unlockAdvice = 'give back the locks of the script one by one with pg_advisory_unlock';

/** A setting with the value that it should have, and an expression for that which it has. */
type Kept = readonly [current: string, name: string, value: string];

function keyColumn(setting: string): string {
  return quoteIdentifier(`setting ${setting}`);
}

/** Makes columns that set what differs, and that alone. */
function putBack(kept: readonly Kept[], { isLocal }: { readonly isLocal: boolean }): string {
  const calls = kept.map(([current, name, value]) => {
    const literal = quoteLiteral(value);
    return `case when ${current} <> ${literal} then set_config('${name}', ${literal}, ${isLocal}) end`;
  });
  return calls.join(', ');
}

function stateIn(answers: readonly QueryResult[]): { readonly hash: string; readonly state: SessionState } {
  const { hash, state } = answers.at(-1)?.rows[0] ?? {};
  return { hash: String(hash), state: JSON.parse(String(state)) as SessionState };
}

function lockLost(sqlstate: string | undefined, cause: Error): LimbeckError | undefined {
  if (sqlstate !== divisionByZero) return undefined;
  return new LockError('LOCK_LOST', {
    message: 'the script released the lock, and another process took it',
    next: `${unlockAdvice}, not with pg_advisory_unlock_all`,
    cause,
  });
}
