/**
 * A database for tests on a server: a copy of a template database that was migrated.
 */
import { randomBytes } from 'node:crypto';
import type { LimbeckError } from '../errors.js';
import { type OpenConnection, openConnection } from '../runtime/connection.js';
import { lockKey } from '../runtime/lock.js';
import { type CommandResult, MessageError, sendMessage } from '../runtime/pg-connection.js';
import { inDatabase, type ServerConnection, urlOf } from '../runtime/server-address.js';
import { failureOf } from '../runtime/sql-failure.js';
import { quoteIdentifier, quoteLiteral } from '../sql/quote.js';
import type { TemplateSource } from './template-source.js';
import type { TestPlace } from './test-place.js';

/**
 * Makes a database from the template, which is made when there is none.
 *
 * @throws DatabaseError as for any command, `PRIVILEGE_MISSING` when the user may not create databases
 */
export async function serverPlace(source: TemplateSource, connection: ServerConnection): Promise<TestPlace> {
  const administer: Administer = (work) => administering(source, connection, work);
  const name = `limbeck_test_${randomBytes(6).toString('hex')}`;
  const template = source.isReusable
    ? `limbeck_template_${source.optionsHash}_${source.contentHash}`
    : `limbeck_template_${randomBytes(6).toString('hex')}`;
  const copy = `create database ${quoteIdentifier(name)} template ${quoteIdentifier(template)}`;
  await administer(async (run) => {
    // Another run may drop the template as an outdated one as soon as the lock is free.
    await locked(run, source, async () => {
      await ensureTemplate(run, template, source, connection);
      await run(copy);
    });
  });
  return {
    config: { connection: inDatabase(connection, name), pool: { min: 0, max: 10 } },
    url: urlOf(connection, name),
    renew: () =>
      administer(async (run) => {
        await run(drop(name));
        await run(copy);
      }),
    remove: () =>
      administer(async (run) => {
        await run(drop(name));
        if (!source.isReusable) await run(drop(template));
      }),
  };
}

type Run = (sql: string) => Promise<readonly CommandResult[]>;
type Administer = (work: (run: Run) => Promise<void>) => Promise<void>;

async function administering(
  { project, config }: TemplateSource,
  connection: ServerConnection,
  work: (run: Run) => Promise<void>,
): Promise<void> {
  const asked = { ...project.config, knex: { ...config, connection } };
  const opened: OpenConnection = await openConnection(asked, project.logger);
  const run: Run = (sql) =>
    sendMessage(opened.connection, sql).catch((error: MessageError) => {
      throw failureOf(error.cause, { where: opened.database });
    });
  try {
    await work(run);
  } finally {
    await opened.close();
  }
}

/** Other processes that want the same template wait until it is there; they are tests, so they may block. */
async function locked(run: Run, { optionsHash }: TemplateSource, work: () => Promise<void>): Promise<void> {
  const key = lockKey({ schema: 'limbeck/testing', versionTable: optionsHash });
  await run(`select pg_advisory_lock(${key})`);
  await work();
  await run(`select pg_advisory_unlock(${key})`);
}

async function ensureTemplate(
  run: Run,
  template: string,
  source: TemplateSource,
  connection: ServerConnection,
): Promise<void> {
  const [found] = await run(`select from pg_database where datname = ${quoteLiteral(template)}`);
  if (found?.rowCount !== 0) return;
  const suffix = await unfinishedSuffix(run);
  const unfinished = `${template}${suffix}`;
  await run(drop(unfinished));
  await run(`create database ${quoteIdentifier(unfinished)}`);
  await source.migrate({ connection: inDatabase(connection, unfinished) });
  await run(`alter database ${quoteIdentifier(unfinished)} rename to ${quoteIdentifier(template)}`).catch(
    async (error: LimbeckError) => {
      if (!isThere.has(error.details['sqlstate'])) throw error;
      await run(drop(unfinished));
    },
  );
  if (source.isReusable) await dropOutdated(run, template, suffix, source);
}

/** SQLSTATEs of a name that is taken: the second where both were at it in the same moment. */
const isThere = new Set<unknown>(['42P04', '23505']);

/** The lock holds for those who come from the same database; who comes from another makes a template of its own. */
async function unfinishedSuffix(run: Run): Promise<string> {
  const [here] = await run('select oid from pg_database where datname = current_database()');
  return `_new_${here?.rows[0]?.['oid']}`;
}

/** Templates of the same project and options whose files have changed since. */
async function dropOutdated(
  run: Run,
  template: string,
  suffix: string,
  { optionsHash }: TemplateSource,
): Promise<void> {
  const [found] = await run(
    `select datname from pg_database where starts_with(datname, 'limbeck_template_${optionsHash}_')
  and datname <> ${quoteLiteral(template)} and (datname !~ '_new_' or datname ~ '${suffix}$')`,
  );
  for (const { datname } of found?.rows ?? []) {
    // Somebody may be copying it.
    await run(`drop database if exists ${quoteIdentifier(String(datname))}`).catch(() => undefined);
  }
}

function drop(name: string): string {
  return `drop database if exists ${quoteIdentifier(name)} with (force)`;
}
