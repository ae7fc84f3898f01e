/**
 * A session: a connection, the lock if the command changes anything, and what the ledger says.
 */
import type { Config } from '../config/config.js';
import { ConfigError, LimbeckError } from '../errors.js';
import type { RevisionId } from '../graph/revision.js';
import type { Logger } from '../logger.js';
import type { LoggedScript } from '../script/edited-scripts.js';
import type { QueryResult } from '../sql/statement.js';
import { type OpenConnection, openConnection } from './connection.js';
import { DatabaseSink } from './database-sink.js';
import { Ledger, type LedgerState } from './ledger.js';
import { lockKey } from './lock.js';
import { loggedScriptsOf, loggedScriptsText } from './log-queries.js';
import { shared } from './pooler.js';
import type { ProgressListener } from './progress.js';
import { type Facts, lockedFacts, usableFacts } from './session-facts.js';
import { SessionWatch, watchText } from './session-watch.js';

export interface Session extends OpenConnection {
  readonly sink: DatabaseSink;
  readonly ledger: Ledger;
  /** Watches over what scripts leave in the session; there once the ledger is, if the session took the lock. */
  readonly watch: SessionWatch | undefined;
  /** As read when the session was opened, or refreshed: inside the lock, if it took it. */
  readonly state: SessionState;
  /** Whether limbeck's tables are there. */
  readonly hasLedger: boolean;
  /** For example 180004. */
  readonly serverVersion: number;
  /** Characters that a row of the version table holds, where it is as narrow as Alembic's; else null. */
  readonly rowWidth: number | null;
  /** Creates the ledger if it is not there; returns whether it was missing. */
  ensureLedger(): Promise<boolean>;
  /** Stops what runs in the session. */
  readonly signal: AbortSignal | undefined;
  /** Reads the ledger anew, after a run and before another in the same session. */
  refresh(): Promise<void>;
}

/** What the ledger says, with what of its log was asked for. */
export interface SessionState extends LedgerState {
  /** The scripts that were applied, by revision; none unless the session was to read them. */
  readonly scripts: ReadonlyMap<RevisionId, LoggedScript>;
}

export interface SessionOptions {
  readonly logger: Logger;
  /** Whether to take the lock: for commands that change the database. */
  readonly lock: boolean;
  /** Whether to read which scripts were applied. Default false. */
  readonly scripts?: boolean;
  /** What the server shows as application name: `limbeck upgrade`. */
  readonly purpose: string;
  /** Stops what runs in the session. */
  readonly signal?: AbortSignal | undefined;
  /** Told of waiting for the lock. */
  readonly progress?: ProgressListener;
  /** Default: a connection of its own. */
  readonly connect?: typeof openConnection;
}

const emptyState: SessionState = { rows: [], assets: new Map(), scripts: new Map() };

/**
 * Opens a session in three round trips: connect, introduce and lock, read.
 *
 * @throws DatabaseError as `openConnection`, and `SERVER_TOO_OLD`, `DATABASE_READ_ONLY`
 * @throws LockError `LOCK_TIMEOUT`, `DIRECTORY_LOCKED`
 */
export async function openSession(config: Config, options: SessionOptions): Promise<Session> {
  const { logger, signal, connect = openConnection } = options;
  const opened = await connect(config, logger, options.progress);
  const sink = new DatabaseSink(opened.connection, opened.database, (text) => logger.debug(text));
  let session: Session | undefined;
  let isClosing = false;
  const stop = () => {
    if (isClosing) return;
    sink.interrupt();
    // Not what the greeting told: behind a pooler that is the number of somebody else's process, or nobody's.
    if (session?.processId !== undefined)
      void opened.beside('select pg_cancel_backend($1)', [session.processId]);
  };
  signal?.addEventListener('abort', stop);
  // While it connected nobody listened.
  if (signal?.aborted === true) sink.interrupt();
  const close = async () => {
    isClosing = true;
    await opened.close({ isDoubtful: sink.isDoubtful });
    // Only now: who listens shows that there is something to wait for.
    signal?.removeEventListener('abort', stop);
  };
  try {
    session = await introduce({ ...opened, close }, sink, config, options);
    return session;
  } catch (error) {
    await close();
    throw error;
  }
}

async function introduce(
  opened: OpenConnection,
  sink: DatabaseSink,
  { settings }: Config,
  options: SessionOptions,
): Promise<Session> {
  const { logger, lock, purpose, scripts = false } = options;
  const ledger = new Ledger(settings);
  const key = lockKey(settings);
  const facts = lock
    ? await lockedFacts(opened, sink, ledger, { ...options, key, timeoutMs: settings.lockTimeout })
    : await usableFacts(sink, ledger, { purpose });
  let watch: SessionWatch | undefined;
  const watching = (answers: readonly QueryResult[]) => {
    if (!lock || watch !== undefined) return;
    if (answers.at(-1)?.rows[0]?.['process'] !== facts.process) throw shared(opened.database);
    watch = new SessionWatch(sink, key, logger, answers);
    sink.watchTexts((text, values) => watch?.notice(text, values) ?? []);
  };
  let { state, answers } = await readState(sink, ledger, { ...facts, scripts }, lock ? [watchText] : []);
  let hasLedger = facts.has_ledger;
  let isWhole = hasLedger && !facts.is_log_older;
  if (facts.has_version) watching(answers);
  return {
    ...opened,
    sink,
    ledger,
    processId: opened.processId === undefined ? undefined : facts.process,
    get watch() {
      return watch;
    },
    get state() {
      return state;
    },
    get hasLedger() {
      return hasLedger;
    },
    serverVersion: facts.version,
    rowWidth: facts.row_width,
    signal: options.signal,
    async ensureLedger() {
      if (isWhole) return false;
      const wasMissing = !hasLedger;
      const texts = wasMissing ? [ledger.createText(facts.has_schema)] : [];
      if (facts.is_log_older) texts.push(ledger.completeText);
      if (lock && watch === undefined) texts.push(watchText);
      watching(await sink.ask(texts.join(';\n')));
      hasLedger = true;
      isWhole = true;
      return wasMissing;
    },
    async refresh() {
      const found = { has_version: hasLedger, has_ledger: hasLedger, scripts };
      ({ state, answers } = await readState(sink, ledger, found, []));
    },
  };
}

/** What there is to read, and what is wanted of it. */
interface ReadFacts extends Pick<Facts, 'has_version' | 'has_ledger'> {
  readonly scripts: boolean;
}

/** @param also - texts that are sent in the same message, if one is sent, and whose answers come last */
async function readState(
  sink: DatabaseSink,
  ledger: Ledger,
  { has_version, has_ledger, scripts }: ReadFacts,
  also: readonly string[],
): Promise<{ readonly state: SessionState; readonly answers: readonly QueryResult[] }> {
  if (!has_version) return { state: emptyState, answers: [] };
  const hasScripts = has_ledger && scripts;
  const texts = has_ledger ? [ledger.readText] : [ledger.readRowsText];
  if (hasScripts) texts.push(loggedScriptsText(ledger));
  const answers = await sink.ask([...texts, ...also].join(';\n')).catch((error: unknown) => {
    throw notVersionTable(error, ledger, sink.database) ?? error;
  });
  const [rows, second, third] = answers;
  const assets = has_ledger ? (second?.rows ?? []) : [];
  const logged = hasScripts ? (third?.rows ?? []) : [];
  const state = {
    rows: (rows?.rows ?? []).map((row) => String(row['version_num'])),
    assets: new Map(
      assets.map(({ path, sha256, revision }) => [
        String(path),
        { sha256: String(sha256), revision: String(revision) },
      ]),
    ),
    scripts: loggedScriptsOf(logged),
  };
  return { state, answers };
}

/** Explains the error of the reading query, where there is a table of the name and it is another one. */
function notVersionTable(error: unknown, ledger: Ledger, database: string): ConfigError | undefined {
  if (!(error instanceof LimbeckError)) return undefined;
  const isColumn = error.details['sqlstate'] === '42703' && error.message.includes('version_num');
  // An index, for example.
  const isNoTable = error.details['sqlstate'] === '42809';
  if (!isColumn && !isNoTable) return undefined;
  return new ConfigError('INVALID_SETTING', {
    message: `"${ledger.schema}.${ledger.versionTable}" is no version table: it has no column "version_num"`,
    where: `${database}, setting "versionTable"`,
    next: 'correct the setting "versionTable", or "schema", in the knexfile or in LIMBECK_VERSION_TABLE or LIMBECK_SCHEMA: a name that is free, or the version table of limbeck or Alembic',
    cause: error,
  });
}
