/**
 * Watching over the session: what a script leaves behind in it must not reach the next revision.
 *
 * The message of a step ends with small queries before the version rows are written. The first notes role and
 * search path and puts both back, so that limbeck writes its rows as itself. The second compares a hash of all
 * settings. The third, where the script may have touched more, compares that and sees that the lock is still
 * held. Only where something differs is more asked, after the transaction: what was SET LOCAL is gone by then,
 * and what is left was left behind.
 */
import { LimbeckError, LockError, MigrationError } from '../errors.js';
import type { Logger } from '../logger.js';
import { quoteIdentifier, quoteLiteral } from '../sql/quote.js';
import { type Explanation, ownStatement, type QueryResult, type Statement } from '../sql/statement.js';
import { isOwnLock } from './lock.js';
import { shared } from './pooler.js';
import {
  keepNamesText,
  type Leftover,
  leftovers,
  type SessionState,
  settingsHash,
  settingText,
  settingValue,
  stateQuery,
  stepLimits,
  stepSettingNames,
  thingsHash,
} from './session-state.js';
import { customSettingsIn, mayKeepThings } from './session-words.js';
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
  #read: ReadState;
  /** Whether a text since the last step may have touched more than settings. */
  #mayKeepThings = false;
  /** Custom settings that texts have named, and their values before them, as the server has told. */
  readonly #custom = new Map<string, string | null>();
  /** Those that it was asked for in a message which is not yet answered, and never will be if it fails. */
  readonly #asked = new Set<string>();
  /** What was seen to differ since the state was read: keys of leftovers, `limits`, `lock`, `settings`, `things`. */
  readonly #changed = new Set<string>();
  /** Which revision was the first to leave a thing, while all run in one transaction. */
  readonly #firstSeen = new Map<string, string>();

  /** @param answers - of a message that ends with `watchText` */
  constructor(sink: Asker, lockKey: string, logger: Logger, answers: readonly QueryResult[]) {
    this.#sink = sink;
    this.#lockKey = lockKey;
    this.#logger = logger;
    this.#read = stateIn(answers);
  }

  /** Looks for custom settings in a text that is about to be sent; the statements note their values first. */
  notice(text: string, values: readonly unknown[] = []): Statement[] {
    this.#mayKeepThings ||= mayKeepThings(text);
    // It begins with the COMMIT: no query of the transaction sees it.
    if (/\blisten\b/i.test(text)) this.#changed.add('things');
    return customSettingsIn(text, values).flatMap((name) => {
      if (this.#custom.has(name)) return [];
      this.#asked.add(name);
      // Asked again in the same message, the second answer is what the script has set.
      const keep = (rows: QueryResult['rows']) => {
        if (!this.#custom.has(name)) this.#custom.set(name, rows[0]?.['value'] as string | null);
        this.#asked.delete(name);
      };
      return [{ ...ownStatement(`select ${settingValue(name)} as value`), onAnswer: keep }];
    });
  }

  /** Makes the statements that follow those of a script: limbeck is itself again, and learns what differs. */
  closing(): Statement[] {
    const onAnswer = (rows: QueryResult['rows']) => this.#note(rows);
    const limits = { ...ownStatement(limitsQuery), onAnswer };
    const things = this.#mayKeepThings ? [{ ...ownStatement(this.#thingsQuery, lockLost), onAnswer }] : [];
    this.#mayKeepThings = false;
    return [
      limits,
      {
        ...ownStatement(
          this.#ownRoleQuery,
          onDivision(() => shared(this.#sink.database)),
        ),
        onAnswer,
      },
      { ...ownStatement(this.#settingsQuery), onAnswer },
      ...things,
    ];
  }

  /** Its columns, and those of the next ones, say of what they are named for whether it is as it was. */
  get #ownRoleQuery(): string {
    const { process, state } = this.#read;
    const path = state.settings['search_path']?.[0] ?? '';
    const own = [...this.#roles, ["current_setting('search_path')", 'search_path', path] as const];
    const kept = own.map(
      ([current, name, value]) => `${current} = ${quoteLiteral(value)} as ${keyColumn(name)}`,
    );
    const guard = `1 / (case when pg_backend_pid() = ${process} then 1 else 0 end)`;
    return `select ${kept.join(', ')}, ${putBack(own, { isLocal: true })}, ${guard}`;
  }

  /** The session's user comes first: setting it ends the role. */
  get #roles(): readonly Kept[] {
    const { role, session_authorization: user } = this.#read.state;
    return [
      ['session_user', 'session_authorization', user],
      ["current_setting('role')", 'role', role],
    ];
  }

  get #settingsQuery(): string {
    // Of those that the same message asks for it is not known; most have none.
    const unknown = [...this.#asked].filter((name) => !this.#custom.has(name));
    const custom = [...this.#custom, ...unknown.map((name) => [name, null] as const)].map(
      ([name, value]) =>
        `${settingValue(name)} is not distinct from ${quoteLiteral(value)} as ${keyColumn(name)}`,
    );
    const own = `${settingsHash} = ${quoteLiteral(this.#read.settings)} as settings`;
    return `select ${[own, ...custom].join(', ')}`;
  }

  /** `offset 0` keeps the server from looking again wherever a column is mentioned. */
  get #thingsQuery(): string {
    return `select things, lock,
  case when not lock then 1 / (case when pg_try_advisory_lock(${this.#lockKey}) then 1 else 0 end) end
from (select ${thingsHash} = ${quoteLiteral(this.#read.things)} as things,
  exists (select from pg_locks where ${isOwnLock(this.#lockKey)}) as lock offset 0) found`;
  }

  #note(rows: QueryResult['rows']): void {
    for (const [name, isKept] of Object.entries(rows[0] ?? {})) if (isKept === false) this.#changed.add(name);
  }

  /** As `settle`, after an attempt of a step that was rolled back: nobody has told what it left. */
  async tidy(step: string): Promise<void> {
    this.#changed.add('things');
    this.#asked.clear();
    await this.settle(step, { isOpen: false });
  }

  /**
   * Puts back what a step left behind, with a warning for each thing; asks nothing where nothing was seen to differ.
   *
   * @throws MigrationError that keeps the code of what went wrong, and names what could not be put back
   * @param step - in words: `upgrade of "a1b2"`
   * @param isOpen - whether the transaction goes on: then nobody knows yet what will stay, and settings are
   *   put back for the rest of the transaction only
   */
  async settle(step: string, { isOpen }: { readonly isOpen: boolean }): Promise<void> {
    if (this.#changed.has('lock'))
      this.#warn(step, `limbeck's lock was released, and was taken again`, unlockAdvice);
    if (this.#changed.size === 0 && (isOpen || this.#firstSeen.size === 0)) return;
    const read = await this.#readAnew({ isLocal: isOpen });
    const before = { ...this.#read.state, custom: Object.fromEntries(this.#custom) };
    const found = leftovers(before, read.state);
    if (isOpen) return this.#putBackForNow(step, found);
    for (const { key, words, advice } of found) this.#warn(this.#firstSeen.get(key) ?? step, words, advice);
    this.#firstSeen.clear();
    this.#changed.clear();
    const resets = found.flatMap(({ reset }) => (reset === undefined ? [] : [`${reset};\n`])).join('');
    this.#read =
      resets === ''
        ? read
        : await this.#readAnew({ isLocal: false, resets }).catch((error: unknown) => {
            throw error instanceof LimbeckError ? notPutBack(error, found) : error;
          });
    for (const [name, value] of Object.entries(this.#read.state.custom)) this.#custom.set(name, value);
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
  async #readAnew({ isLocal, resets = '' }: { readonly isLocal: boolean; readonly resets?: string }) {
    const roles = this.#roles;
    const limit = {
      name: 'statement_timeout',
      value: this.#read.state.settings['statement_timeout']?.[0] ?? '0',
    };
    const answers = await this.#sink.ask(
      `select current_setting('statement_timeout') as "limit", set_config('statement_timeout', '0', ${isLocal}),
  current_setting('role') as role, session_user as session_authorization, ${putBack(roles, { isLocal })};
${resets}${stateQuery([...this.#custom.keys()])};
${settingText(limit, { isLocal })}`,
    );
    const read = stateIn(answers.slice(0, -1));
    const { limit: found, role, session_authorization: user } = answers[0]?.rows[0] ?? {};
    const settings = { ...read.state.settings, [limit.name]: [String(found), 'session'] as const };
    const state = { ...read.state, settings, role: String(role), session_authorization: String(user) };
    return { ...read, state };
  }

  #warn(step: string, what: string, advice: string): void {
    this.#logger.warn(`${step} left something behind in the session: ${what}; ${advice}`);
  }
}

function notPutBack(cause: LimbeckError, found: readonly Leftover[]): MigrationError {
  return new MigrationError(cause.code, {
    message: `${found.map(({ words }) => words).join(', ')}: ${cause.message}`,
    next: [...new Set(found.map(({ advice }) => advice))].join('; '),
    cause,
    details: cause.details,
  });
}

const unlockAdvice = 'give back the locks of the script one by one with pg_advisory_unlock';

/**
 * A script's own limits would end limbeck's queries as well. What it has changed says `limits`; it is looked at before
 * anything is put back.
 */
const limitsQuery = `select current_setting('limbeck.limits', true) = ${stepLimits} as limits,
  ${['lock_timeout', 'statement_timeout'].map((name, index) => `set_config('${name}', coalesce(nullif(split_part(current_setting('limbeck.limits', true), '|', ${index + 2}), ''), '0'), true)`).join(', ')}`;

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

/** A state, and what the server made of it. */
interface ReadState {
  readonly state: SessionState;
  /** The number of the server's process. */
  readonly process: number;
  /** Hash of the settings. */
  readonly settings: string;
  /** Hash of the rest. */
  readonly things: string;
}

function stateIn(answers: readonly QueryResult[]): ReadState {
  const { state, process, settings, things } = answers.at(-1)?.rows[0] ?? {};
  return {
    state: JSON.parse(String(state)) as SessionState,
    process: Number(process),
    settings: String(settings),
    things: String(things),
  };
}

/** Makes the error for a guard that has divided by zero on purpose. */
function onDivision(make: (cause: Error) => LimbeckError): Explanation {
  return (sqlstate, cause) => (sqlstate === divisionByZero ? make(cause) : undefined);
}

const lockLost = onDivision(
  (cause) =>
    new LockError('LOCK_LOST', {
      message: 'the script released the lock, and another process took it',
      next: `${unlockAdvice}, not with pg_advisory_unlock_all`,
      cause,
    }),
);
