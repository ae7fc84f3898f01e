/** Random builder calls and awkward values, through `--sql` and psql and through the driver: the same database. */
import { expect } from 'chai';
import * as fc from 'fast-check';
import { upgrade, upgradeSql } from '../../lib/index.js';
import { describeOnServers, type TestDatabase } from '../helpers/database.js';
import { emptyDatabase } from '../helpers/database-state.js';
import { type MigrationProject, migrationProject } from '../helpers/migration-project.js';
import { dumpDatabase, requireProgram, runPsql } from '../helpers/programs.js';
import { runs } from '../helpers/runs.js';
import { setTimeZone } from '../helpers/time-zone.js';

/** What the scripts find the values of a case under. */
const key = 'limbeck.spec.offlineValues';
const values = `const { rows, texts } = globalThis[Symbol.for('${key}')];`;

type Row = Readonly<Record<string, unknown>>;

/** Pieces that a wrong writer would trip over. */
const awkward = fc.constantFrom(
  "'",
  '"',
  '\\',
  '?',
  '\\?',
  '$1',
  '$$',
  '$limbeck$',
  ':name',
  "E'",
  '--',
  '/*',
  ';',
  '\n',
  '\r\n',
  '\r',
  '\t',
  '\u0001',
  '{',
  '}',
  ',',
  'null',
  '🙂',
  '\u00a0',
  '\\.',
  '\\x41',
  '%',
  '\\gexec',
);
const text = fc
  .array(fc.oneof(awkward, fc.string({ unit: 'grapheme-composite', maxLength: 4 })), { maxLength: 6 })
  .map((pieces) => pieces.join('').replaceAll('\0', ''));
const bytes = fc.uint8Array({ maxLength: 8 }).chain((made) => fc.constantFrom(made, Buffer.from(made)));
/** From 4713 BC, before which the server has no dates, to far ahead; and around a change of the clock. */
const date = fc.oneof(
  fc.date({ min: new Date('-004000-01-01'), max: new Date('+012000-01-01'), noInvalidDate: true }),
  fc.date({ min: new Date('2026-03-08T00:00Z'), max: new Date('2026-03-09T00:00Z'), noInvalidDate: true }),
  fc.constantFrom(new Date(0), new Date('0000-02-29T12:00:00.001Z'), new Date('0099-12-31T23:59:59.999Z')),
);
const float = fc.oneof(fc.double(), fc.constantFrom(-0, 1e21, 5e-324, Number.NaN, Number.NEGATIVE_INFINITY));
const json = fc
  .dictionary(text, fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null), fc.array(text)))
  .map((made) => JSON.parse(JSON.stringify(made).replaceAll('\\u0000', '')) as object);
const ownWriter = text.map((written) => ({ toPostgres: () => written }));
const orNothing = <Value>(arbitrary: fc.Arbitrary<Value>) => fc.option(arbitrary, { freq: 8 });

/** A value for each column, of every kind that the column takes. */
const row: fc.Arbitrary<Row> = fc.record({
  as_text: orNothing(fc.oneof(text, date, float, fc.bigInt(), fc.boolean(), ownWriter)),
  as_number: orNothing(fc.oneof(fc.integer(), fc.bigInt({ min: -(2n ** 80n), max: 2n ** 80n }))),
  as_float: orNothing(fc.oneof(float, fc.integer())),
  as_boolean: orNothing(fc.boolean()),
  as_instant: orNothing(date),
  as_wall_time: orNothing(date),
  as_day: orNothing(date),
  as_bytes: orNothing(bytes),
  as_json: orNothing(json),
  as_texts: orNothing(fc.array(fc.oneof(text, fc.constant(null), ownWriter))),
  as_grid: orNothing(fc.array(fc.tuple(fc.integer({ max: 9 }), fc.constant(null)), { minLength: 1 })),
  as_instants: orNothing(fc.array(date)),
  as_byteses: orNothing(fc.array(bytes)),
});

const tables = `
await op.execute(\`create table kept (id int generated always as identity, as_text text, as_number numeric, as_float float8,
  as_boolean boolean, as_instant timestamptz, as_wall_time timestamp, as_day date, as_bytes bytea, as_json jsonb,
  as_texts text[], as_grid int[][], as_instants timestamptz[], as_byteses bytea[])\`);
await op.schema.createTable('noted', (t) => { t.increments('id'); t.text('note'); t.specificType('parts', 'text[]'); });`;

/** Every way in which a value may reach a statement. */
const insertions = `${values}
for (const [index, row] of rows.entries()) {
  const names = Object.keys(row);
  if (index % 3 === 0) await op.knex('kept').insert(row);
  else if (index % 3 === 1) await op.execute(
    \`insert into kept (\${names.join(', ')}) values (\${names.map(() => '?').join(', ')})\`, Object.values(row));
  else await op.knex.transaction((trx) => trx('kept').insert(row));
}
await op.savepoint(async () => {
  for (const text of texts) await op.execute('insert into noted (note, parts) values (:text, :parts)', { text, parts: [text] });
});
await op.knex.batchInsert('noted', texts.map((note) => ({ note })), 2);
await op.knex('noted').where({ note: texts[0] ?? '' }).update({ note: op.knex.raw('note || ?', ['?']) });
await op.execute("update noted set parts = parts[1:id] where note <> '?' and not (to_jsonb(parts) ? 'x')");`;

/** One line of a random script; `table` and `column` pick among those that are there by then. */
const act = fc.record({
  kind: fc.constantFrom(
    'create',
    'add',
    'add',
    'rename',
    'drop',
    'index',
    'sql',
    'insert',
    'insert',
    'given up',
    'kept',
  ),
  table: fc.nat(),
  column: fc.nat(),
  type: fc.constantFrom('text', 'jsonb', 'integer', 'timestamp', 'uuid'),
  word: text,
});
type Act = typeof act extends fc.Arbitrary<infer Value> ? Value : never;

/** The body of a script that calls builders; every column but `id` is text, so that any word goes in. */
function programOf(acts: readonly Act[]): string {
  const columns: string[][] = [[]];
  const lines = ["await op.schema.createTable('t0', (t) => { t.increments('id'); });"];
  let names = 0;
  for (const each of acts) {
    names += 1;
    lines.push(lineOf(each, `n${names}`, columns));
  }
  return lines.join('\n');
}

function lineOf({ kind, table, column, type, word }: Act, name: string, columns: string[][]): string {
  const index = table % columns.length;
  const own = columns[index] ?? [];
  const at = column % Math.max(own.length, 1);
  const picked = own[at];
  const [from, said] = [`'t${index}'`, JSON.stringify(word)];
  const alter = (call: string) => `await op.schema.alterTable(${from}, (t) => { t.${call}; });`;
  if (kind === 'create') {
    columns.push([name]);
    const more = `t.${type}('other').comment(${said});`;
    return `await op.schema.createTable('t${columns.length - 1}', (t) => { t.increments('id'); t.text('${name}'); ${more} });`;
  }
  if (kind === 'sql') return `await op.execute(${JSON.stringify(routine(name, word))});`;
  if (kind === 'add' || picked === undefined) {
    own.push(name);
    return alter(`text('${name}').defaultTo(${said})`);
  }
  if (kind === 'rename') return alter(`renameColumn('${own.splice(at, 1, name)[0] ?? ''}', '${name}')`);
  if (kind === 'drop') return alter(`dropColumn('${own.splice(at, 1)[0] ?? ''}')`);
  if (kind === 'index') return alter(`index(['${picked}'], '${name}')`);
  const insert = `await op.knex(${from}).insert({ ${picked}: ${said} });`;
  if (kind === 'insert') return insert;
  if (kind === 'kept')
    return `await op.knex.transaction(async (trx) => { ${insert.replace('op.knex', 'trx')} });`;
  return `await op.savepoint(async () => { ${insert} throw new Error(); }).catch(() => {});`;
}

/** Two routines whose bodies hold the word, in the two ways to quote it, and a comment as the last thing. */
function routine(name: string, word: string): string {
  const quoted = `'${word.replaceAll("'", "''")}'`;
  return `-- ${name}: it's
create function ${name}() returns text language sql return (array['a', ${quoted}])[1:2]::text;
create function ${name}_b() returns text language plpgsql as $${name}$ begin return ${quoted}; -- ;
end $${name}$ /* the end; */`;
}

describeOnServers('random scripts by --sql', { on: ['PostgreSQL 15'] }, (online) => {
  let offline: TestDatabase;
  let project: MigrationProject;
  let restoreZone: () => void;

  before(async function () {
    requireProgram(this, 'psql');
    requireProgram(this, 'pg_dump');
    // West of Greenwich and with a summer time, so that a slip shows.
    restoreZone = setTimeZone('America/New_York');
    offline = await online.freshDatabase();
    project = migrationProject(online.config, {
      scripts: { tables: { upgrade: tables }, rows: { upgrade: insertions } },
    });
  });
  after(() => restoreZone?.());

  it('leave what the run leaves: the same objects, the same rows', async function () {
    this.timeout(600_000);
    const property = fc.asyncProperty(
      fc.array(row, { maxLength: 12, size: 'max' }),
      fc.array(text, { maxLength: 4 }),
      fc.array(act, { maxLength: 15, size: 'max' }),
      async (rows, texts, acts) => {
        Reflect.set(globalThis, Symbol.for(key), { rows, texts });
        project.script('program', { downRevision: 'rows', upgrade: programOf(acts) });
        await Promise.all([emptyDatabase(online), emptyDatabase(offline)]);
        const opened = await project.open();
        const { sql } = await upgradeSql(opened);
        await upgrade(opened);
        expect(await runPsql(offline.onServer().url, sql)).to.include({ stderr: '', status: 0 });
        const [found, wanted] = await Promise.all(
          [offline, online].map((database) => dumpDatabase(database.onServer().url)),
        );
        expect(found).to.equal(wanted);
      },
    );
    await fc.assert(property, { numRuns: runs(6) });
  });
});
