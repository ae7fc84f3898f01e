import { expect } from 'chai';
import { assert, asyncProperty, constantFrom, array, record, uniqueArray } from 'fast-check';
import { quoteQualified } from '../../lib/sql/quote.js';
import { describeOnServers } from '../helpers/database.js';
import { recorded } from '../helpers/recorded-operations.js';
import { runs } from '../helpers/runs.js';

const seed = 20_261_123;

const pieces = [
  "'",
  '"',
  '?',
  '??',
  '\\',
  '\\?',
  ':x',
  '$1',
  '$$',
  '--',
  '/*',
  '\n',
  ';',
  '%',
  'ä',
  '🦉',
  ' b',
  'c',
];

/** What makes trouble in SQL and in Knex, without doubled quotes, for which Knex has a meaning. */
const awkward = array(constantFrom(...pieces), { maxLength: 8 }).map((found) =>
  found.join('').replaceAll(/'(?=')/g, "'x"),
);

/** A name: no space at an end, which Knex trims, and short enough. */
const name = awkward.map((text) => `n${Array.from(text).slice(0, 12).join('')}n`);

const tables = record({
  name,
  column: name,
  value: awkward,
  json: awkward,
  raw: awkward,
  comment: awkward,
  tableComment: awkward,
  labels: uniqueArray(awkward, { minLength: 1, maxLength: 3 }),
  // Not that of the row type of the table.
  type: name.map((text) => `t${text}`),
  allowed: awkward,
  condition: awkward,
});

type Given = typeof tables extends { generate(...args: never[]): { value: infer Value } } ? Value : never;

/** The statements that make the table `given` in `public` and in `other`. */
function statements(given: Given): Promise<string[]> {
  return recorded(async (op) => {
    for (const schema of [op.schema, op.knex.schema.withSchema('other')]) {
      await schema.createTable(given.name, (t) => {
        t.text(given.column).defaultTo(given.value).comment(given.comment).checkNotIn([given.condition]);
        t.jsonb('json').defaultTo({ key: given.json });
        t.text('raw').defaultTo(op.knex.raw("? || '?' || 'a'", [given.raw]));
        t.enu('allowed', [given.allowed, 'other']).defaultTo(given.allowed);
        t.enu('native', given.labels, { useNative: true, enumName: given.type });
        t.check('?? <> ?', ['raw', given.condition], 'checked');
        t.index([given.column], 'i', { predicate: op.knex.where('raw', given.condition) });
        t.comment(given.tableComment);
      });
    }
    await op.execute('comment on index public.i is ?', [`c${given.condition}`]);
  });
}

describeOnServers('Knex, given awkward texts,', (database) => {
  it('stores names, defaults, comments, checks, labels and conditions as they are written', async () => {
    const client = await database.connect();
    const rowOf = async (sql: string, values: string[] = []) => (await client.query(sql, values)).rows[0];

    async function expectStored(given: Given, schema: string): Promise<void> {
      const table = quoteQualified(schema, given.name);
      await client.query(`create temp table copied (like ${table} including defaults)`);
      expect(await rowOf('insert into copied default values returning *')).to.deep.equal({
        [given.column]: given.value,
        json: { key: given.json },
        raw: `${given.raw}?a`,
        allowed: given.allowed,
        native: null,
      });
      await client.query('drop table copied');
      const written = "'''' || replace($2::text, '''', '''''') || ''''";
      const facts = `select coalesce(col_description($1::regclass, 1), '') as comment,
        coalesce(obj_description($1::regclass), '') as of_table, typname as type,
        (select array_agg(enumlabel::text order by enumsortorder) from pg_enum where enumtypid = t.oid) as labels,
        (select string_agg(distinct pg_get_expr(indpred, indrelid), '') = format('(raw = %s::text)', ${written})
          from pg_index where indrelid = $1::regclass) as indexed,
        (select pg_get_constraintdef(oid) from pg_constraint where conname = 'checked' and conrelid = $1::regclass)
          = format('CHECK ((raw <> %s::text))', ${written}) as checked
        from pg_attribute join pg_type t on t.oid = atttypid where attrelid = $1::regclass and attname = 'native'`;
      expect(await rowOf(facts, [table, given.condition])).to.deep.equal({
        comment: given.comment,
        of_table: given.tableComment,
        type: given.type,
        labels: given.labels,
        indexed: true,
        checked: true,
      });
    }

    const check = async (given: Given) => {
      const texts = await statements(given);
      await client.query('begin; create schema other');
      try {
        for (const text of texts) await client.query(text);
        for (const schema of ['public', 'other']) await expectStored(given, schema);
        const comment = await rowOf(`select obj_description('public.i'::regclass) as comment`);
        expect(comment).to.deep.equal({ comment: `c${given.condition}` });
      } finally {
        await client.query('rollback');
      }
    };
    await assert(asyncProperty(tables, check), { numRuns: runs(15), seed });
  });
});
