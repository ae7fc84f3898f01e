import { expect } from 'chai';
import knex, { type Knex } from 'knex';
import { recorded } from '../helpers/recorded-operations.js';

type Build = (schema: Knex.SchemaBuilder, db: Knex) => Knex.SchemaBuilder;

const alter = (define: (table: Knex.AlterTableBuilder, db: Knex) => unknown): Build => {
  return (schema, db) => schema.alterTable('releases', (table) => void define(table, db));
};
const create = (define: (table: Knex.CreateTableBuilder, db: Knex) => unknown): Build => {
  return (schema, db) => schema.createTable('releases', (table) => void define(table, db));
};

/** What Knex does right: as much of its schema builder as there is. */
const right: Record<string, Build> = {
  'types of columns': create((t) => {
    t.increments();
    t.bigIncrements('big', { primaryKey: false });
    t.integer('a');
    t.bigInteger('b');
    t.smallint('c');
    t.tinyint('d');
    t.text('e', 'longtext');
    t.string('f');
    t.string('g', 10);
    t.float('h');
    t.double('i');
    t.decimal('j', 10, 3);
    t.boolean('k');
    t.date('l');
    t.datetime('m', { useTz: false, precision: 3 });
    t.timestamp('n', { useTz: true });
    t.time('o');
    t.binary('p');
    t.json('q');
    t.jsonb('r');
    t.uuid('s');
    t.specificType('t', 'inet');
    t.point('u');
    t.geometry('v');
    t.timestamps(true, true);
  }),
  'columns with all that belongs to them': create((t, db) => {
    t.integer('a').unsigned().notNullable().defaultTo(1).comment('what');
    t.text('b').nullable().defaultTo('').index().unique();
    t.text('c').defaultTo("it's");
    t.boolean('d').defaultTo(true);
    t.boolean('e').defaultTo('false');
    t.jsonb('f').defaultTo({ a: [1, 'b'] });
    t.jsonb('g').defaultTo('[]');
    t.timestamp('h').defaultTo(db.fn.now());
    t.uuid('i').defaultTo(db.fn.uuid());
    t.text('j').defaultTo(db.raw("lower('X')"));
    t.integer('k').defaultTo(null as unknown as number);
    t.text('l').comment('');
    t.bigInteger('m').defaultTo(12n as unknown as number);
  }),
  enums: create((t) => {
    t.enu('a', ['x', 'y z']).notNullable().defaultTo('x');
    t.enum('b', ['x', 'y'], { useNative: true, enumName: 'kind' });
    t.enum('c', null, { useNative: true, existingType: true, enumName: 'kind', schemaName: 's' });
  }),
  checks: create((t) => {
    t.integer('a').checkPositive();
    t.integer('b').checkNegative('b_negative');
    t.text('c').checkIn(['x', "it's"], 'c_in');
    t.integer('d').checkNotIn(['1', '2']);
    t.integer('e').checkBetween([1, 5]);
    t.integer('f').checkBetween([
      [1, 5],
      [10, 15],
    ]);
    t.text('g').checkLength('<=', 10);
    t.text('h').checkRegex('[0-9]{8}');
    t.check('?? > ?', ['a', 3], 'a_large');
    t.check('a < b');
  }),
  keys: create((t) => {
    t.integer('a').references('id').inTable('products').onDelete('CASCADE').onUpdate('no action');
    t.integer('b').references('products.id').withKeyName('named').deferrable('deferred');
    t.foreign(['c', 'd'], 'two').references(['x', 'y']).inTable('s.products').onDelete('set null');
    t.primary(['a', 'b'], { constraintName: 'pk', deferrable: 'immediate' });
    t.unique(['a', 'c'], { indexName: 'uq', deferrable: 'deferred' });
    t.unique(['b']);
    t.index(['a', 'b'], 'named_index', 'hash');
  }),
  'a table comment': create((t) => void (t.text('a'), t.comment('all releases'))),
  'a table like another': (schema) =>
    schema.createTableLike('a', 'b', (t) => void t.text('c').defaultTo('x')),
  'an inheriting table': create((t) => void (t.text('a'), t.inherits('base'))),
  'changes of columns': alter((t) => {
    t.text('a').notNullable().defaultTo('x');
    t.dropColumn('b');
    t.dropColumns('c', 'd');
    t.renameColumn('e', 'f');
    t.setNullable('g');
    t.dropNullable('h');
    t.dropTimestamps();
    t.integer('i').notNullable().defaultTo(3).alter();
    t.integer('j')
      .nullable()
      .defaultTo(null as unknown as number)
      .alter({ alterNullable: true });
    t.text('k').defaultTo('x').alter({ alterNullable: false });
    t.text('l').defaultTo('x').alter({ alterNullable: false, alterType: false });
  }),
  'changes of keys and checks': alter((t) => {
    t.dropPrimary();
    t.dropPrimary('named');
    t.dropUnique(['a']);
    t.dropUnique(['a'], 'named');
    t.dropIndex(['a', 'b']);
    t.dropForeign('a');
    t.dropForeign(['a', 'b'], 'named');
    t.dropChecks('a_large');
    t.dropChecks(['b', 'c'] as unknown as string);
    t.check('a > 3', undefined, 'a_large');
    t.primary(['a']);
  }),
  'indexes of all kinds': alter((t, db) => {
    t.index('a');
    t.index(['a'], undefined, { indexType: 'UNIQUE', storageEngineIndexType: 'btree' });
    t.index([db.raw('lower(??)', ['name']) as unknown as string], 'lowered');
    t.index(['a'], 'partial', { predicate: db.whereNotNull('b') });
    t.unique(['a'], { indexName: 'partial_unique', predicate: db.whereRaw("b = 'x'"), useConstraint: false });
  }),
  'tables, views, schemas': (schema, db) =>
    schema
      .withSchema('s')
      .dropTable('c')
      .dropTableIfExists('d')
      .createView(
        'v',
        (v) => (v.columns(['a']), v.as(db('t').select('a').where({ b: "it's", c: 1, d: null }))),
      )
      .createViewOrReplace('w', (v) => (v.as(db.raw('select ? as x', ['y']) as never), v.checkOption()))
      .createMaterializedView('m', (v) => v.as(db('t').whereIn('a', [1, 2])))
      .alterView('v', (v) => void v.column('a').rename('b'))
      .dropView('v')
      .dropMaterializedViewIfExists('m')
      .createSchema('x')
      .dropSchemaIfExists('x', true),
  'a new name of a table': (schema) =>
    schema.withSchema('s').renameTable('a', 'b') as unknown as Knex.SchemaBuilder,
  'views without a schema': (schema) =>
    schema.renameView('v', 'w').refreshMaterializedView('s.m', true).dropMaterializedView('m'),
  'raw texts': (schema) => {
    const raw = schema as unknown as { raw(sql: string, bindings?: object): typeof raw };
    return raw
      .raw('select 1')
      .raw("insert into t values ('a::b', 'x')")
      .raw('do $$ begin alter table :t: add a int; end $$', { t: 'releases' })
      .raw('create table ?? (a int)', ['x']) as unknown as Knex.SchemaBuilder;
  },
};

describe('the corrections of Knex', () => {
  const snakeCase: Knex.Config = {
    wrapIdentifier: (value, quote) => quote(value.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)),
  };
  for (const [what, config] of Object.entries({ 'as it is': {}, 'with a mapper of names': snakeCase })) {
    const plain = knex({ client: 'pg', ...config });
    for (const [name, build] of Object.entries(right)) {
      it(`leave what Knex does right, byte for byte: ${name}, ${what}`, async () => {
        const made = [build(plain.schema, plain).toSQL()].flat() as unknown as { sql: string }[];
        const expected = made.map(({ sql }) => sql);
        const through = {
          schema: (op: { schema: Knex.SchemaBuilder; knex: Knex }) => build(op.schema, op.knex),
        };
        expect(await recorded(through.schema, config)).to.deep.equal(expected);
        expect(await recorded((op) => build(op.knex.schema, op.knex), config)).to.deep.equal(expected);
      });
    }
  }

  it('print of a builder what it would run', async () => {
    let printed = '';
    const ran = await recorded(async (op) => {
      const db = op.knex;
      const builder = op.schema.createTable('t', (t) => void t.text('a').defaultTo("it's? \\? \\\\? $1 :x"));
      const query = db('t').whereRaw("a <> 'why?' and b \\? 'c'").where('d', 'x?').clone();
      printed = [builder.toString(), query.toString()].join('\n');
      await builder;
      await op.schema.raw(query.toString());
    });
    expect(ran.join('\n')).to.equal(printed);
    expect(ran[1]).to.equal(`select * from "t" where a <> 'why?' and b ? 'c' and "d" = 'x?'`);
  });

  it('number of a query what they would send', async () => {
    await recorded(async ({ knex: db }) => {
      const query = db('t').whereRaw("a <> 'why?' and b \\? 'c'").where('d', 'x?');
      expect(query.toSQL().toNative()).to.deep.equal({
        sql: `select * from "t" where a <> 'why?' and b ? 'c' and "d" = $1`,
        bindings: ['x?'],
      });
    });
  });
});
