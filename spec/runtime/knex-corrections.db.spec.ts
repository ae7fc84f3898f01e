import { expect } from 'chai';
import type { Knex } from 'knex';
import { upgrade } from '../../lib/index.js';
import type { Snapshot } from '../../lib/schema/snapshot.js';
import { describeOnServers, type TestDatabase } from '../helpers/database.js';
import { differing, snapshotOfDatabase, emptyDatabase } from '../helpers/database-state.js';
import { type ExpectedFailure, expectRefusal } from '../helpers/failure.js';
import { migrationProject } from '../helpers/migration-project.js';

const script = 'migrations/20260101000001_b.ts';
const tables = `await op.execute(\`create table notes (what text);
create schema s;
create table s.products (id int primary key, name text default 'none' not null);
create table releases (id int primary key, number text default 'none' not null, size int);
insert into releases values (1);
create view s.v as select 1 as x;
create materialized view s.m as select count(*) as n from s.products\`);`;

/** Runs `body` on the tables above; returns what there was before it. */
async function run(database: TestDatabase, body: string, knex: Knex.Config = {}): Promise<Snapshot> {
  const { open } = migrationProject(database.config, {
    knex,
    scripts: { a: { upgrade: tables }, b: { upgrade: body } },
  });
  await upgrade(await open(), { target: 'a' });
  const before = await snapshotOfDatabase(database);
  await upgrade(await open());
  return before;
}

/** What a body does, through `op.schema` and through `op.knex.schema`: `schema` and `db` stand in it. */
const bothWays = (body: string): Record<string, string> => ({
  'op.schema': `const db = op.knex;\nconst schema = () => op.schema;\n${body}`,
  'op.knex.schema': `const db = op.knex;\nconst schema = () => op.knex.schema;\n${body}`,
});

describeOnServers('a builder of Knex', (database) => {
  beforeEach(() => emptyDatabase(database));

  const one = async (sql: string) => (await database.query(sql))[0];
  const constraints = async (table: string) =>
    Object.fromEntries(
      (
        await database.query(`select conname as name, pg_get_constraintdef(oid) as text from pg_constraint
          where conrelid = '${table}'::regclass and contype in ('c', 'f', 'u') order by conname`)
      ).map(({ name, text }) => [name, text]),
    );

  for (const [way, body] of Object.entries(
    bothWays(String.raw`await schema().createTable('asked', (t) => {
  t.text('why').defaultTo("it's? \\? \\\\? $1 :x").comment("it's? \\? \\\\? $1 :x");
  t.jsonb('facts').defaultTo({ "it's": '? \\ "' });
  t.enu('state', ["it's", 'b?', ':c']);
  t.enu('mood', ["it's", 'b?', '\\?'], { useNative: true, enumName: 'Mo"od?' });
  t.text('code').checkIn(["it's?", '\\?']);
  t.text('raw').defaultTo(db.raw("'why?' || ? || '\\?'", ["it's?"]));
  t.comment("it's? \\? $1 :x");
});
await schema().alterTable('notes', (t) => t.comment("it's ?"));`),
  )) {
    it(`stores defaults, comments, checks and enum values as they are written, through ${way}`, async () => {
      await run(database, body);
      const comment = String.raw`it's? \? \\? $1 :x`;
      expect(
        await one(`insert into asked (state) values ('it''s') returning why, facts, raw,
          col_description('asked'::regclass, 1) as comment, obj_description('asked'::regclass) as of_table,
          obj_description('notes'::regclass) as of_notes, enum_range(mood)::text[] as moods, pg_typeof(mood)::text as type`),
      ).to.deep.equal({
        why: comment,
        facts: { "it's": '? \\ "' },
        raw: "why?it's??",
        comment,
        of_table: String.raw`it's? \? $1 :x`,
        of_notes: "it's ?",
        moods: ["it's", 'b?', '\\?'],
        type: '"Mo""od?"',
      });
      expect(await constraints('asked')).to.deep.equal({
        asked_state_check: "CHECK ((state = ANY (ARRAY['it''s'::text, 'b?'::text, ':c'::text])))",
        asked_code_check: String.raw`CHECK ((code = ANY (ARRAY['it''s?'::text, '\?'::text])))`,
      });
    });
  }

  for (const [way, body] of Object.entries(
    bothWays(String.raw`await schema().alterTable('releases', (t) => {
  t.integer('product').references('s.products.id').onDelete('cascade').deferrable('not deferrable');
  t.serial('serial');
  t.check('?? > ?', ['size', 3], 'sized');
  t.check("?? <> 'x?' and number <> ?", ['number', "it's?"], 'named so');
  t.check('size < ?', [100]);
  t.integer('checked').check('?? <> ?', ['checked', 7], 'checked_7');
  t.index(['size'], 'partial', { predicate: db.where('number', "it's? \\?").where('size', '>', 3).whereRaw("number <> '?'") });
  t.unique(['size'], { indexName: 'partial_unique', predicate: db.where('size', '<', 9) });
  t.index([db.raw('(size + ?)', [1])], 'plus_one');
  t.unique(['number'], { indexName: 'late', deferrable: 'not deferrable' });
});
await schema().alterTable('notes', (t) => t.text('a').checkIn(['x'], 'one?').checkLength('>', 1));
await schema().alterTable('releases', (t) => t.dropChecks('named so', 'checked_7'));`),
  )) {
    it(`makes keys, checks and indexes as they are written, through ${way}`, async () => {
      await run(database, body);
      expect(await constraints('releases')).to.deep.equal({
        late: 'UNIQUE (number)',
        releases_product_foreign: 'FOREIGN KEY (product) REFERENCES s.products(id) ON DELETE CASCADE',
        releases_size_check: 'CHECK ((size < 100))',
        sized: 'CHECK ((size > 3))',
      });
      expect(await constraints('notes')).to.have.all.keys('one?', 'notes_a_check');
      const indexes = await database.query(
        `select indexdef as text from pg_indexes where tablename = 'releases' and indexname ~ '^partial|plus' order by 1`,
      );
      expect(indexes.map(({ text }) => text)).to.deep.equal([
        String.raw`CREATE INDEX partial ON public.releases USING btree (size) WHERE ((number = 'it''s? \?'::text) AND (size > 3) AND (number <> '?'::text))`,
        'CREATE INDEX plus_one ON public.releases USING btree (((size + 1)))',
        'CREATE UNIQUE INDEX partial_unique ON public.releases USING btree (size) WHERE (size < 9)',
      ]);
      expect(await one(`select pg_get_serial_sequence('releases', 'serial') as name`)).to.deep.equal({
        name: 'public.releases_serial_seq',
      });
    });
  }

  for (const [way, body] of Object.entries(
    bothWays(String.raw`await op.execute("insert into s.products values (1, 'x?')");
await schema().withSchema('s').refreshMaterializedView('m');
await schema().withSchema('s').renameView('v', 'w');
await schema().createView('asked', (v) => v.as(db('s.products').select('id').whereRaw("name <> 'why?' and '{}'::jsonb \\? 'a' = false").where('name', 'x?')));
await schema().raw('alter table releases add constraint raw check (number <> ?)', ["it's?"]);
await op.knex.raw('alter table releases alter number set default ?', ["it's? \\?"]);
await op.execute('comment on table releases is :what', { what: ':what?' });
await op.execute("create function f() returns text language sql as ?", ["select 'f?'"]);`),
  )) {
    it(`finds views in their schema, and writes values into what takes none, through ${way}`, async () => {
      await run(database, body);
      expect(
        await one(`select (select n from s.m)::int as refreshed, to_regclass('s.w')::text as renamed,
          (select id from asked) as found, f() as called, obj_description('releases'::regclass) as comment,
          (select pg_get_expr(adbin, adrelid) from pg_attrdef where adrelid = 'releases'::regclass) as number`),
      ).to.deep.equal({
        refreshed: 1,
        renamed: 's.w',
        found: 1,
        called: 'f?',
        comment: ':what?',
        number: String.raw`'it''s? \?'::text`,
      });
      expect(await constraints('releases')).to.deep.equal({ raw: "CHECK ((number <> 'it''s?'::text))" });
    });
  }

  it('replaces values where they stand, and leaves question marks and words in quotes, comments and casts', async () => {
    const texts: [call: string, expected: string][] = [
      [
        String.raw`db.raw("select concat_ws(',', 'a?', ?::text, '{}'::jsonb \\? 'k', 'b?'::text) as x -- why?", ['v?'])`,
        'a?,v?,f,b?',
      ],
      [
        `op.execute("select concat_ws(',', ':a http://x:a/', 'z'::a, :a::int, '10:30') as x", { a: 1 })`,
        ':a http://x:a/,z,1,10:30',
      ],
      [`db.raw("select concat_ws(',', ':a', :a::text, '{}'::jsonb ? 'k') as x", { a: "it's" })`, ":a,it's,f"],
      [`db.raw("select concat_ws(',', '??'::regclass::text, ?::int) as x", ['notes', 1])`, 'notes,1'],
      [
        `db.raw("select concat_ws(',', $$a? :b ??$$, ??::text) as x from (select 1 as y) z", ['y'])`,
        'a? :b ??,1',
      ],
      [String.raw`db.raw("select concat_ws(',', 'a?', '{}'::jsonb ? 'k', 'b\\?') as x")`, 'a?,f,b?'],
      [`db.select(db.raw("concat('why?', ?::text) as x", ['!?'])).whereRaw("'x?' <> ?", ['y?'])`, 'why?!?'],
    ];
    const calls = texts.map(
      ([call]) =>
        `{ const made = await ${call}; await db('notes').insert({ what: (made.rows ?? made)[0].x }); }`,
    );
    await run(
      database,
      ["await op.execute('create domain a as text');\nconst db = op.knex;", ...calls].join('\n'),
    );
    const notes = await database.query('select what from notes');
    expect(notes.map(({ what }) => what)).to.deep.equal(texts.map(([, values]) => values));
  });

  it('names an index with a mapper as Knex does, and finds it again', async () => {
    const wrapIdentifier: Knex.Config['wrapIdentifier'] = (value, quote) =>
      quote(value.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));
    const body = `await op.schema.createTable('crashCounts', (t) => { t.integer('perDay').defaultTo(1).index(); t.index(['perDay'], 'kept'); });
await op.schema.alterTable('crashCounts', (t) => t.dropIndex(['perDay']));
await op.schema.alterTable('crashCounts', (t) => t.bigInteger('perDay').defaultTo(2).nullable().alter());`;
    await run(database, body, { wrapIdentifier });
    const indexes = await database.query(
      `select indexname as name from pg_indexes where tablename = 'crash_counts'`,
    );
    expect(indexes).to.deep.equal([{ name: 'kept' }]);
  });

  describe('alter', () => {
    for (const way of ['op.schema', 'op.knex.schema']) {
      const refused = (call: string, expected: Partial<ExpectedFailure>) => async () => {
        const { open } = migrationProject(database.config, {
          scripts: {
            a: { upgrade: tables },
            b: { upgrade: `\nawait ${way}.alterTable('releases', (t) => ${call});` },
          },
        });
        await upgrade(await open(), { target: 'a' });
        await expectRefusal(database, async () => upgrade(await open()), {
          code: 'KNEX_UNSAFE',
          where: new RegExp(`^${script}:6:\\d+$`),
          ...expected,
        });
      };
      it(
        `refuses to drop a default that the script does not speak of, through ${way}`,
        refused("t.string('number', 20).notNullable().alter()", {
          message: /alter\(\) of the column "number" would drop its default 'none'::text$/,
          next: /^say what the column shall be: `.defaultTo\(…\)`, where `.defaultTo\(null\)` drops it; nothing was changed/,
        }),
      );
      it(
        `refuses to drop a NOT NULL that the script does not speak of, through ${way}`,
        refused("t.string('number', 20).defaultTo('x').alter()", { message: /would drop NOT NULL$/ }),
      );
      it(
        `names both, through ${way}`,
        refused("t.string('number', 20).alter()", { message: /its default 'none'::text and NOT NULL$/ }),
      );
      it(
        `refuses to cut texts, through ${way}`,
        refused("t.string('number', 3).notNullable().defaultTo('a').alter()", {
          code: 'SQL_FAILED',
          message: /value too long for type character varying\(3\)$/,
        }),
      );
    }

    it('does what the script says, and needs no word where there is nothing to lose', async () => {
      await run(
        database,
        `await op.schema.alterTable('releases', (t) => {
  t.bigInteger('size').alter();
  t.string('number', 20).defaultTo(null).nullable().alter();
});
await op.schema.alterTable('releases', (t) => t.string('number', 30).nullable().alter());
await op.knex.schema.withSchema('s').alterTable('products', (t) => t.text('name').defaultTo('x').alter({ alterNullable: false }));`,
      );
      const columns =
        await database.query(`select column_name as name, data_type as type, is_nullable as nullable,
        column_default as value from information_schema.columns where table_name in ('releases', 'products') order by 1, 2`);
      expect(columns.map((column) => Object.values(column))).to.include.deep.members([
        ['name', 'text', 'NO', "'x'::text"],
        ['number', 'character varying', 'YES', null],
        ['size', 'bigint', 'YES', null],
      ]);
    });
  });

  for (const [what, call] of Object.entries({
    'op.execute': "op.execute('alter table releases alter size set default ?', [new Date(0)])",
    'op.knex.raw': "op.knex.raw('select ?; select ?', [1, 2])",
    'a query of op.knex': "op.knex('releases').whereRaw('number ? ?', ['a'])",
    'op.knex.schema.raw': "op.knex.schema.raw('select ?; select ?', [1, 2])",
  })) {
    it(`names the line of ${what}`, async () => {
      const { open } = migrationProject(database.config, {
        scripts: { a: { upgrade: tables }, b: { upgrade: `\nawait ${call};` } },
      });
      await upgrade(await open(), { target: 'a' });
      await expectRefusal(database, async () => upgrade(await open()), {
        code: 'KNEX_UNSAFE',
        where: new RegExp(`^${script}:6:\\d+$`),
        next: /; nothing was changed, the database is at a$/,
      });
    });
  }

  it('refuses, names the line, and sends nothing', async () => {
    const calls = [
      "schema.alterTable('releases', (t) => t.enu('number', ['a']).notNullable().alter())",
      "schema.alterTable('releases', (t) => t.index(['size'], 'i', { concurrently: true }))",
      "schema.alterTable('releases', (t) => t.unique(['size'], { nullsNotDistinct: true }))",
      "schema.alterTable('releases', (t) => t.text('a').collate('C'))",
      "schema.alterTable('releases', (t) => t.integer('a').references('id').inTable('releases').onDelete('anything'))",
      "schema.alterTable('releases', (t) => t.integer('a').references('id'))",
      "schema.alterTable('releases', (t) => t.integer('a').checkPositive('Positive'))",
      "schema.alterTable('releases', (t) => t.index(['size', 'number'], 'n'.repeat(64)))",
      "schema.createTable('x', (t) => t.enu('a', ['b'], { useNative: true }))",
      "schema.createTable('x', (t) => t.timestamp('a').defaultTo(new Date(0)))",
      "schema.createTable('x', (t) => t.year('a'))",
      "schema.createView('x', (v) => v.as(op.knex('releases').where('id', Buffer.from('a'))))",
      String.raw`schema.raw("select 'a\\\\?'")`,
      'schema.raw("select \'a?\', ?", [1, 2])',
      "schema.raw('select ?; select ?', [1, 2])",
      "schema.raw('alter table releases alter size set default ?', [new Date(0)])",
    ];
    const lines = calls.flatMap((call) => [`() => op.${call},`, `() => op.knex.${call},`]);
    const body = `const calls = [\n${lines.join('\n')}\n];
for (const call of calls) await Promise.resolve().then(call).then(() => op.execute("insert into notes values ('it ran')"), (error) => op.execute(\`insert into notes values ('\${error.code} \${error.where ?? ''}')\`));`;
    const before = await run(database, body);
    const notes = (await database.query('select what from notes')).map(({ what }) => String(what));
    const places = lines.map((_line, index) => `KNEX_UNSAFE ${script}:${index + 6}`);
    expect(notes.map((note) => note.replace(/:\d+$/, ''))).to.deep.equal(places);
    expect(differing(before, await snapshotOfDatabase(database))).to.deep.equal([]);
  });
});
