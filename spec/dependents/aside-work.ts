/**
 * Setting aside and putting back on a real database, and what shows that nothing changed.
 */
import { expect } from 'chai';
import type { Client } from 'pg';
import { putBack, setAside } from '../../lib/dependents/aside.js';
import { explainDependents } from '../../lib/dependents/failures.js';
import type { LimbeckError } from '../../lib/errors.js';
import type { AsideOptions } from '../../lib/dependents/aside-options.js';
import type { AsideTarget } from '../../lib/dependents/targets.js';
import type { Snapshot } from '../../lib/schema/snapshot.js';
import type { TestDatabase } from '../helpers/database.js';
import { differing, snapshotOfDatabase } from '../helpers/database-state.js';
import { recordNotRun } from '../helpers/not-run.js';
import { dumpSchema, findProgram } from '../helpers/programs.js';

/** Runs `work` in a transaction while what stands on the targets is away. */
export async function withAside(
  client: Pick<Client, 'query'>,
  targets: readonly AsideTarget[],
  work: string,
  options: AsideOptions = {},
): Promise<void> {
  await client.query('begin');
  try {
    for (const { text } of setAside(targets, options)) await client.query(text);
    await client.query(work);
    for (const { text } of putBack(options)) await client.query(text);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    const { message, detail } = error as Error & { readonly detail?: string };
    throw new Error(`${message}: ${detail ?? ''}`, { cause: error });
  }
}

/** A schema, by pg_dump where it knows the server, and by the catalogs. */
export interface SchemaShown {
  readonly dump: string | undefined;
  readonly snapshot: Snapshot;
}

/** Reads the schema in all ways that there are; records where there is no pg_dump that would know the server. */
export async function shown(database: TestDatabase): Promise<SchemaShown> {
  const isKnown = database.version === 15 && database.url !== undefined;
  const hasDump = isKnown && findProgram('pg_dump') !== undefined;
  if (isKnown && !hasDump)
    recordNotRun('pg_dump 15', 'no binaries found, the catalogs alone are compared', 'test');
  return {
    dump: hasDump ? await dumpSchema(database.url ?? '') : undefined,
    snapshot: await snapshotOfDatabase(database),
  };
}

/** Expects that `work` changes nothing that pg_dump or the catalogs show. */
export async function expectUnchanged(database: TestDatabase, work: () => Promise<unknown>): Promise<void> {
  const before = await shown(database);
  await work();
  const after = await shown(database);
  expect(differing(before.snapshot, after.snapshot)).to.deep.equal([]);
  expect(after.dump).to.equal(before.dump);
}

/** Runs `work`, and expects the error that limbeck makes of what a block raises. */
export async function refusalOf(work: Promise<unknown>): Promise<LimbeckError> {
  const error = (await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )) as
    | (Error & { readonly cause?: Error & { readonly code?: string; readonly detail?: string } })
    | undefined;
  const explained = error?.cause && explainDependents('migrations/a.ts')(error.cause.code, error.cause);
  if (explained === undefined) throw error ?? new Error('nothing was refused');
  return explained;
}
