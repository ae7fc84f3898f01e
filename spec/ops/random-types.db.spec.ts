/** Random types on their way through random versions: the server must have what the files say, up and down. */
import { expect } from 'chai';
import {
  type Arbitrary,
  array,
  assert,
  asyncProperty,
  boolean,
  constantFrom,
  nat,
  record,
  shuffledSubarray,
  tuple,
} from 'fast-check';
import { downgrade, upgrade } from '../../lib/index.js';
import { assetProject } from '../helpers/asset-project.js';
import { describeOnServers, type TestDatabase } from '../helpers/database.js';
import { emptyDatabase } from '../helpers/database-state.js';
import { runs } from '../helpers/runs.js';

/** One version of a file, and the renames that come with it. */
interface Version {
  readonly text: string;
  readonly renames: Readonly<Record<string, string>>;
}

const versionCount = 4;

/** A value that all versions have, so that rows can hold it. */
const kept = 'kept';

const labelsOf = shuffledSubarray(['a', "b'", 'C "', 'd\\', 'é'], { minLength: 0 }).chain((labels) =>
  nat(labels.length).map((at) => [...labels.slice(0, at), kept, ...labels.slice(at)]),
);

const attributesOf = shuffledSubarray(['a', 'b "', 'C', 'd'], { minLength: 1 }).chain((names) =>
  array(constantFrom('integer', 'text', 'numeric(8,2)', 'text[]'), {
    minLength: names.length,
    maxLength: names.length,
  }).map((types) => names.map((name, index) => ({ name, type: types[index] ?? 'text' }))),
);

const domainOf = record({
  base: constantFrom('integer', 'bigint'),
  standard: constantFrom('', ' default 1', ' default 1 + 1'),
  notNull: constantFrom('', ' not null'),
  checks: shuffledSubarray([
    ' check (value > 0)',
    ' check (value < 100)',
    ' constraint named check (value <> 50)',
    ' constraint "Odd" check (value <> 51)',
  ]),
});

/** Pairs some parts that vanish with some that come. */
function renamesOf(type: string, from: readonly string[], to: readonly string[], isRenaming: boolean) {
  const [lost, come] = [from.filter((part) => !to.includes(part)), to.filter((part) => !from.includes(part))];
  const pairs = isRenaming ? lost.slice(0, come.length) : [];
  return Object.fromEntries(pairs.map((part, index) => [`${type}.${part}`, come[index] ?? '']));
}

const versionsOf = <V>(one: Arbitrary<V>) =>
  array(tuple(one, boolean()), { minLength: versionCount, maxLength: versionCount });

const texts = (list: readonly string[]) => list.map((text) => `'${text.replaceAll("'", "''")}'`).join(', ');
const name = (text: string) => `"${text.replaceAll('"', '""')}"`;

const enums = (type: string) =>
  versionsOf(labelsOf).map((versions) =>
    versions.map(
      ([labels, isRenaming], index): Version => ({
        text: `create type ${type} as enum (${texts(labels)})`,
        renames: renamesOf(type, versions[index - 1]?.[0] ?? labels, labels, isRenaming),
      }),
    ),
  );

const composites = (type: string) =>
  versionsOf(attributesOf).map((versions) =>
    versions.map(
      ([attributes, isRenaming], index): Version => ({
        text: `create type ${type} as (${attributes.map((each) => `${name(each.name)} ${each.type}`).join(', ')})`,
        renames: renamesOf(
          type,
          (versions[index - 1]?.[0] ?? attributes).map((each) => each.name),
          attributes.map((each) => each.name),
          isRenaming,
        ),
      }),
    ),
  );

const domains = (type: string) =>
  versionsOf(domainOf).map((versions) =>
    versions.map(
      ([{ base, standard, notNull, checks }]): Version => ({
        text: `create domain ${type} as ${base}${standard}${notNull}${checks.join('')}`,
        renames: {},
      }),
    ),
  );

/** What there is to say of all types in a schema. */
async function typesIn(database: TestDatabase, schema: string): Promise<unknown[]> {
  return database.query(
    `select typname, typtype, typnotnull, format_type(typbasetype, typtypmod) as base, pg_get_expr(typdefaultbin, 0) as standard,
       (select string_agg(quote_literal(enumlabel), ',' order by enumsortorder) from pg_enum where enumtypid = typ.oid) as labels,
       (select string_agg(concat(quote_ident(attname), ' ', format_type(atttypid, atttypmod)), ',' order by attnum)
        from pg_attribute where attrelid = typrelid and not attisdropped) as attributes,
       (select string_agg(concat(conname, ' ', pg_get_constraintdef(oid)), ',' order by conname)
        from pg_constraint where contypid = typ.oid) as checks
     from pg_type typ
     where typnamespace = $1::regnamespace and (typtype in ('e', 'd') or exists (
       select from pg_class where pg_class.oid = typrelid and relkind = 'c'))
     order by typname`,
    [schema],
  );
}

describeOnServers('types of random versions', (database) => {
  beforeEach(() => emptyDatabase(database));

  it('are what their files say, up and down, and rows stay', async () => {
    const types = tuple(
      enums('e1'),
      enums('e2'),
      composites('c1'),
      composites('c2'),
      domains('d1'),
      domains('d2'),
    );
    await assert(
      asyncProperty(types, async (all) => {
        await emptyDatabase(database);
        const project = assetProject(database);
        for (let index = 0; index < versionCount; index += 1) {
          const versions = all.flatMap((list) => list[index] ?? []);
          const renames = Object.assign({}, ...versions.map((version) => version.renames)) as object;
          const more = index === 0 ? '' : `, { renames: ${JSON.stringify(renames)}, convert: true }`;
          const text = versions.map((version) => `${version.text};\n`).join('');
          const line = (options: string) => `await loadType(op, ['all.sql']${options});`;
          await project.ship(
            `v${index}`,
            { 'types/all.sql': text },
            { upgrade: line(more), downgrade: line('') },
          );
        }
        const expectVersion = async (index: number) => {
          await database.query(
            `drop schema if exists fresh cascade; create schema fresh; set search_path to fresh;
             ${all.map((list) => list[index]?.text).join(';')}; reset search_path`,
          );
          const [found, wanted] = [await typesIn(database, 'public'), await typesIn(database, 'fresh')];
          expect(JSON.stringify(found, null, 1)).to.equal(JSON.stringify(wanted, null, 1));
        };
        await upgrade(await project.open(), { target: 'v0' });
        await database.query(`create table t (e e1, es e1[], c c1, cs c1[], d d1);
          create view v as select e, es from t;
          insert into t values ('kept', '{kept,NULL}', null, '{}', 7)`);
        const path = [1, 2, 3, 1, 0];
        let at = 0;
        for (const index of path) {
          if (index > at) await upgrade(await project.open(), { target: `v${index}` });
          else await downgrade(await project.open(), { target: `v${index}` });
          at = index;
          await expectVersion(index);
        }
        const rows =
          'select e::text, es::text, c::text, cs::text, d::text from t, (select count(*) from v) as counted';
        expect(await database.query(rows)).to.deep.equal([
          { e: 'kept', es: '{kept,NULL}', c: null, cs: '{}', d: '7' },
        ]);
      }),
      { numRuns: runs(1), endOnFailure: true },
    );
  }).timeout(120_000 * runs(1));
});
