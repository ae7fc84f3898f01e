/**
 * Knex over a sink: the project's own Knex, whose statements go where limbeck sends them.
 *
 * Two instances share the sink. The one behind `op.schema` records what its builders make; the one behind
 * `op.knex` runs queries at once. Both are made from the project's client class, so whatever it was
 * extended with works in migrations as it does elsewhere.
 */
import type { Readable } from 'node:stream';
import type { Knex } from 'knex';
import type { LimbeckError } from '../errors.js';
import type { Awaiting, PendingOperation } from '../ops/awaiting.js';
import type { Place } from '../sql/place.js';
import { type Sink, type Statement, statement } from '../sql/statement.js';
import { type ConnectedSink, isConnected, streamThrough } from './connected-sink.js';
import { type CorrectableClient, correctedClient } from './knex-corrections.js';
import type { ClassOf, KnexCompilable, KnexPart, KnexQueryCompiler } from './knex-internals.js';
import { located, withPlace } from './knex-unsafe.js';
import { finish } from './knex-values.js';
import { refuseStream, writtenQuery } from './offline-query.js';
import type { KnexFactory } from './load-knex.js';
import { type PgConnection, sendQuery } from './pg-connection.js';
import { markStatement, type ServerError } from './sql-failure.js';
import { expectUse, noteUse } from './unused-queries.js';

export interface SinkKnexContext {
  readonly knex: KnexFactory;
  /** The environment's Knex configuration: its client class and mappers are used, its connection is not. */
  readonly config: Knex.Config;
  readonly sink: Sink | ConnectedSink;
  /** Of the step that is running. */
  awaiting: Awaiting;
  callerPlace: (stack?: string) => Place | undefined;
}

export interface SinkKnexes {
  readonly schemaKnex: Knex;
  readonly queryKnex: Knex;
}

/** Makes the two Knex instances over a sink. */
export function createSinkKnexes(context: SinkKnexContext): SinkKnexes {
  const { connection: _connection, pool: _pool, ...config } = context.config;
  const base = context.knex({ ...config, client: config.client ?? 'pg' }).client as object;
  const Client = queryClient(correctedClient(base.constructor as ClassOf<KnexClient>, scriptPlaces));
  const make = (client: ClassOf<KnexClient>) =>
    context.knex({
      ...config,
      client: client as unknown as typeof Knex.Client,
      // The driver's errors know no script; with this their stack leads to the line that made the query.
      asyncStackTraces: true,
      [contextKey]: context,
    } as Knex.Config);
  return { queryKnex: make(Client), schemaKnex: make(schemaClient(Client)) };
}

/** Kept in the configuration, which is all that Knex hands on to the client of a nested transaction. */
const contextKey = 'limbeckContext';

/** What limbeck uses of Knex's client; its typings leave most of it out. */
interface KnexClient extends CorrectableClient {
  readonly config: { readonly [contextKey]: SinkKnexContext };
  transacting: boolean;
  emit(event: string, ...args: unknown[]): boolean;
  prepBindings(bindings: readonly unknown[]): readonly unknown[];
  processResponse(query: KnexQuery, runner: object): unknown;
  postProcessResponse(response: unknown, context: unknown): unknown;
  query(connection: object, query: string | KnexQuery): Promise<unknown>;
  schemaBuilder(): KnexBuilder;
  runner(builder: object): { run(): Promise<unknown> };
  _query(connection: object, query: KnexQuery): Promise<KnexQuery>;
  _stream(connection: object, query: KnexQuery, stream: Readable, options: object): Promise<unknown>;
}

interface KnexQuery extends KnexPart {
  options?: object;
  response?: unknown;
}

interface KnexBuilder extends KnexCompilable {
  readonly _sequence: readonly { readonly method: string }[];
}

const scriptPlaces = {
  here: ({ config }: KnexClient) => config[contextKey].callerPlace(),
  of: (builder: object) => begun.get(builder as KnexBuilder)?.origin,
};

/** A client whose one connection is the sink's, and which is always inside its transaction. */
function queryClient(Base: ClassOf<KnexClient>) {
  return class SinkQueryClient extends Base {
    // Knex then makes a nested transaction a savepoint, and leaves BEGIN and COMMIT to us.
    override transacting = true;

    acquireConnection(): Promise<object> {
      return Promise.resolve(placeholderConnection);
    }

    releaseConnection(): Promise<void> {
      return Promise.resolve();
    }

    /** A schema builder that nobody awaits never runs, which is no builder's purpose. */
    override schemaBuilder(): KnexBuilder {
      const { awaiting, callerPlace } = this.config[contextKey];
      const builder = super.schemaBuilder();
      const what = () => `${this.schemaName}.${builder._sequence[0]?.method ?? ''}`;
      const operation = { what, origin: callerPlace() };
      begun.set(builder, operation);
      awaiting.begin(operation);
      return builder;
    }

    /** An insert, update or delete that nobody awaits never runs either; reading may be given up. */
    override queryBuilder(...args: unknown[]): KnexCompilable {
      const { awaiting, callerPlace } = this.config[contextKey];
      return expectUse(super.queryBuilder(...args), awaiting, callerPlace);
    }

    /** A query that is compiled has its purpose: it is part of another, or its text is wanted. */
    override queryCompiler(builder: object, ...rest: unknown[]): KnexQueryCompiler {
      noteUse(builder);
      return super.queryCompiler(builder, ...rest);
    }

    /** What scripts call the schema builders of this client. */
    get schemaName(): string {
      return 'op.knex.schema';
    }

    /** Follows each query from the moment that it is awaited: a script must not end before its queries. */
    override runner(builder: object): { run(): Promise<unknown> } {
      const { awaiting, callerPlace } = this.config[contextKey];
      noteUse(builder);
      const asSchema = begun.get(builder as KnexBuilder);
      if (asSchema !== undefined) awaiting.end(asSchema);
      const operation = { what: () => 'op.knex', origin: callerPlace() };
      const runner = super.runner(builder);
      const start = runner.run.bind(runner);
      const begin = asSchema === undefined ? start : () => start().catch(placedAt(asSchema.origin));
      runner.run = () => awaiting.follow(operation, begin());
      return runner;
    }

    /**
     * As Knex does it, but for two things: values and placeholders are those that the server sees, and
     * errors keep their message, to which Knex would add the statement.
     */
    override async query(connection: object, query: string | KnexQuery): Promise<unknown> {
      const asked = typeof query === 'string' ? { sql: query } : query;
      const bindings = this.prepBindings(asked.bindings ?? []);
      const prepared = Object.assign(asked, finish(this, { ...asked, bindings }));
      this.emit('query', prepared);
      return this._query(connection, prepared);
    }

    override async _query(_connection: object, query: KnexQuery): Promise<KnexQuery> {
      query.response = await run(this.config[contextKey], query);
      return query;
    }

    /** Without a database behind the sink there is no answer to take apart. */
    override processResponse(query: KnexQuery, runner: object): unknown {
      const hasAnswer = isConnected(this.config[contextKey].sink) || query.output !== undefined;
      return hasAnswer ? super.processResponse(query, runner) : query.response;
    }

    override postProcessResponse(response: unknown, context: unknown): unknown {
      return isConnected(this.config[contextKey].sink)
        ? super.postProcessResponse(response, context)
        : response;
    }

    override _stream(
      _connection: object,
      query: KnexQuery,
      stream: Readable,
      options: object,
    ): Promise<unknown> {
      const { sink, callerPlace } = this.config[contextKey];
      if (!isConnected(sink)) return refuseStream(query, stream, callerPlace());
      statement(query.sql, { origin: callerPlace() });
      sink.announce(query.sql, query.bindings ?? []);
      const send = (connection: PgConnection) => super._stream(connection, query, stream, options);
      return streamThrough(sink, send, stream);
    }
  };
}

/** A client whose schema builders record what needs no answer. */
function schemaClient(Base: ReturnType<typeof queryClient>): ClassOf<KnexClient> {
  return class SinkSchemaClient extends Base {
    override get schemaName(): string {
      return 'op.schema';
    }

    override runner(builder: object): { run(): Promise<unknown> } {
      const operation = begun.get(builder as KnexBuilder);
      if (operation === undefined) return super.runner(builder);
      this.config[contextKey].awaiting.end(operation);
      const isRecorded = () => recordBuilder(this, builder as KnexBuilder, operation);
      return { run: async () => (isRecorded() ? undefined : super.runner(builder).run()) };
    }
  };
}

/** Records what a builder makes, unless it asks the database something: then nothing is recorded. */
function recordBuilder(client: KnexClient, builder: KnexBuilder, { origin }: PendingOperation): boolean {
  const parts = located(
    () => origin,
    () => [builder.toSQL()].flat().map((part) => ({ ...part, ...finish(client, part) })),
  );
  if (parts.some(({ bindings, output }) => output !== undefined || bindings.length > 0)) return false;
  for (const { sql, explain } of parts) {
    const made = statement(sql, { origin });
    client.config[contextKey].sink.record({
      ...made,
      ...(explain && { explain: explainedAt(explain, origin) }),
    });
  }
  return true;
}

const begun = new WeakMap<KnexBuilder, PendingOperation>();

/** Knex only passes it back to us. */
const placeholderConnection = {};

function run({ sink, callerPlace }: SinkKnexContext, query: KnexQuery): Promise<unknown> {
  const { sql, bindings = [], options = {} } = query;
  const made: Statement = statement(sql, { origin: callerPlace() });
  const config = { ...options, values: [...bindings] };
  if (!isConnected(sink)) return sink.query(writtenQuery(query, made));
  const [verb, ...rest] = made.commands[0]?.words ?? [];
  const send = (connection: PgConnection) =>
    sendQuery(connection, { ...config, text: sql }).catch((error) => throwDriverError(error, query));
  sink.announce(sql, bindings);
  const answer = sink.through(send, verb === 'rollback');
  return verb === 'release' ? answer.catch((error) => goBack(sink, rest.at(-1), error)) : answer;
}

/** What was recorded in a nested transaction may fail when it is released: then it is undone like any other. */
async function goBack(sink: Sink, savepoint: string | undefined, error: unknown): Promise<never> {
  if (savepoint !== undefined) await sink.recover(savepoint);
  throw error;
}

/** Scripts catch the errors that they know from Knex: those of the driver, marked with the statement. */
function throwDriverError(error: unknown, { sql, explain }: KnexQuery): never {
  const cause = ((error as Error).cause ?? error) as ServerError;
  throw explain?.(cause.code, cause) ?? markStatement(cause, sql);
}

/** Stack traces lead to a query, but not to what a schema builder says inside. */
function placedAt(origin: Place | undefined): (error: unknown) => never {
  return (error) => {
    throw withPlace(error, () => origin);
  };
}

/** A refusal by the server names the line of the script like any other. */
function explainedAt(
  explain: NonNullable<KnexPart['explain']>,
  origin: Place | undefined,
): NonNullable<Statement['explain']> {
  return (sqlstate, cause) => withPlace(explain(sqlstate, cause), () => origin) as LimbeckError | undefined;
}
