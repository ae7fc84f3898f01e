import { expect } from 'chai';
import knex from 'knex';
import { LearningLoader } from '../../lib/ops/asset-loader.js';
import { Awaiting } from '../../lib/ops/awaiting.js';
import { createOperations, type Operations } from '../../lib/ops/operations.js';
import { createSinkKnexes } from '../../lib/runtime/knex-client.js';
import { RecordingSink } from '../../lib/sql/statement.js';
import { factsOf, rejectionOf, thrownBy } from '../helpers/thrown.js';

const place = { file: 'migrations/a.ts', line: 7, column: 3 };

/** An `op` that runs nothing: what it sends is in the sink. */
function recording() {
  const sink = new RecordingSink();
  const awaiting = new Awaiting();
  const assets = new LearningLoader();
  const callerPlace = () => place;
  const knexes = createSinkKnexes({ knex, config: { client: 'pg' }, sink, awaiting, callerPlace });
  const op = createOperations({
    revision: 'a',
    direction: 'upgrade',
    sink,
    ...knexes,
    assets,
    awaiting,
    callerPlace,
  });
  return { op, sink, awaiting, assets };
}

/** All that `work` sends, statement by statement. */
async function sent(work: (op: Operations) => Promise<unknown>): Promise<string[]> {
  const { op, sink, awaiting } = recording();
  await work(op);
  awaiting.assertNone();
  return sink.statements.map(({ text }) => text);
}

describe('op', () => {
  it('says what is being done', () => {
    const { op } = recording();
    expect([op.revision, op.direction, op.offline]).to.deep.equal(['a', 'upgrade', true]);
  });

  it('sends what Knex makes of its schema builder', async () => {
    expect(
      await sent(async (op) => {
        await op.schema.createTable('products', (t) => {
          t.increments('id');
          t.text('name').notNullable().defaultTo("it's; so?");
          t.jsonb('facts').comment('what?');
        });
        await op.schema.alterTable('products', (t) => t.dropColumn('facts'));
        await op.schema.withSchema('s').dropTableIfExists('old');
        await op.schema.raw("select 'a?b' ?| array['c']");
      }),
    ).to.deep.equal([
      `create table "products" ("id" serial primary key, "name" text not null default 'it''s; so?', "facts" jsonb)`,
      `comment on column "products"."facts" is 'what?'`,
      'alter table "products" drop column "facts"',
      'drop table if exists "s"."old"',
      "select 'a?b' ?| array['c']",
    ]);
  });

  it('remembers the line that made a statement', async () => {
    const { op, sink } = recording();
    await op.schema.dropTable('a');
    await op.execute('select 1');
    expect(sink.statements.map(({ origin }) => origin)).to.deep.equal([place, place]);
  });

  it('sends a text as it is, with all its commands', async () => {
    const text = "select '?', :name::text, a ? 'b' from t; select 2;";
    expect(await sent((op) => op.execute(text))).to.deep.equal([text]);
  });

  it('sends a command with bindings as Knex writes it, the values in it where nobody else could send them', async () => {
    const texts = await sent(async (op) => {
      await op.execute('update a set b = ?, c = ? where d \\? ?', [1, 'x', 'y']);
      await op.execute('update a set b = :b where c = :c', { b: 1, c: 'x' });
    });
    expect(texts).to.deep.equal([
      "update a set b = '1', c = 'x' where d ? 'y'",
      "update a set b = '1' where c = 'x'",
    ]);
  });

  it('sends queries of Knex, and refuses to answer them without a database', async () => {
    const { op, sink } = recording();
    await op.knex('products').insert({ name: "it's ?" });
    await op.knex('products').where({ id: 3 }).update({ name: 'x' });
    expect(sink.statements.map(({ text }) => text)).to.deep.equal([
      `insert into "products" ("name") values ('it''s ?')`,
      `update "products" set "name" = 'x' where "id" = '3'`,
    ]);
    const reading = Promise.resolve(op.knex('products').select('id'));
    expect(factsOf(await rejectionOf(reading))).to.deep.equal({
      code: 'OFFLINE_READ',
      message:
        'the script reads the answer of a query, and there is no database: select "id" from "products"',
      where: 'migrations/a.ts:7:3',
      next: 'branch on `op.offline` in the script, or name the files: `limbeck freeze REVISION FILE…`',
    });
  });

  it('refuses transaction control, wherever it comes from', async () => {
    for (const work of [
      (op: Operations) => op.execute('select 1; commit'),
      (op: Operations) => op.schema.raw('rollback'),
      (op: Operations) => op.knex.raw('begin'),
    ]) {
      const error = await rejectionOf(Promise.resolve(work(recording().op)));
      expect([error.code, error.where]).to.deep.equal(['TRANSACTION_CONTROL', 'migrations/a.ts:7:3']);
    }
  });

  it('puts a savepoint around work, and numbers it', async () => {
    expect(
      await sent(async (op) => {
        const result = await op.savepoint(async () => {
          await op.execute('select 1');
          return op.savepoint(async () => 5);
        });
        expect(result).to.equal(5);
        await op.savepoint(async () => {});
      }),
    ).to.deep.equal([
      'savepoint limbeck_1',
      'select 1',
      'savepoint limbeck_2',
      'release savepoint limbeck_2',
      'release savepoint limbeck_1',
      'savepoint limbeck_3',
      'release savepoint limbeck_3',
    ]);
  });

  it('goes back to the savepoint when the work fails, and passes the error on', async () => {
    const { op, sink, awaiting } = recording();
    const recovered: string[] = [];
    sink.recover = async (...names: string[]) => void recovered.push(...names);
    const failing = op.savepoint(async () => {
      throw new Error('no');
    });
    await failing.then(
      () => expect.fail('it fails'),
      (error: unknown) => expect(String(error)).to.equal('Error: no'),
    );
    expect(recovered).to.deep.equal(['limbeck_1']);
    awaiting.assertNone();
  });

  it('notices what was not awaited', async () => {
    for (const [work, name] of [
      [(op: Operations) => op.schema.createTable('a', (t) => t.text('b')), 'op.schema.createTable'],
      [(op: Operations) => op.execute('select ?', [1]), 'op.execute'],
      [(op: Operations) => op.savepoint(async () => {}), 'op.savepoint'],
    ] as const) {
      const { op, awaiting } = recording();
      void work(op);
      expect(thrownBy(() => awaiting.assertNone()).message).to.equal(`the script did not await "${name}"`);
    }
  });

  it('hands files to the loader, by kind', async () => {
    const { op, assets } = recording();
    await op.loadAssets('procs', ['a.sql', 'b.sql']);
    await op.dropAssets('views', ['reporting/v.sql']);
    await op.syncAssets();
    expect([assets.loads, assets.drops, assets.syncs]).to.deep.equal([
      ['procs/a.sql', 'procs/b.sql'],
      ['views/reporting/v.sql'],
      true,
    ]);
  });
});
