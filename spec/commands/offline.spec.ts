/** `--sql` needs no database: this project's cannot be reached. */
import { expect } from 'chai';
import { downgradeSql, stampSql, upgrade, upgradeSql } from '../../lib/index.js';
import { expectFailure } from '../helpers/failure.js';
import { type MigrationProject, migrationProject, type ScriptText } from '../helpers/migration-project.js';

const unreachable = {
  client: 'pg',
  connection: () => {
    throw new Error('somebody asked for a connection');
  },
};

const project = (scripts: Readonly<Record<string, ScriptText>>, settings = {}): MigrationProject =>
  migrationProject(unreachable, { scripts, settings });

/** What one script makes of its upgrade, between its first line and the version rows. */
async function bodyOf(upgradeBody: string): Promise<string> {
  const { sql } = await upgradeSql(await project({ one: { upgrade: upgradeBody } }).open());
  return (
    /end \$limbeck\$;\n([^]*?)select set_config\('limbeck\.step'/.exec(
      sql.slice(sql.indexOf('-- upgrade one')),
    )?.[1] ?? ''
  );
}

const fork = {
  root: {},
  left: { downRevision: 'root' },
  right: { downRevision: 'root' },
  joined: { downRevision: ['left', 'right'] },
};

describe('upgradeSql', () => {
  it('begins at base and asks no database', async () => {
    const { from, steps, current, sql } = await upgradeSql(await project(fork).open());
    expect(from).to.deep.equal([]);
    expect(steps).to.deep.equal(
      ['root', 'left', 'right', 'joined'].map((revision) => ({
        direction: 'upgrade',
        revision,
        message: undefined,
      })),
    );
    expect(current).to.deep.equal(['joined']);
    expect(sql.split('\n').slice(0, 4)).to.deep.equal([
      sql.split('\n')[0],
      '-- Run it with: psql -X -d DATABASE -f FILE',
      '\\set ON_ERROR_STOP on',
      '\\set AUTOCOMMIT on',
    ]);
    expect(sql).to.match(/^-- limbeck \S+: upgrade from base to heads: 4 steps$/m);
    expect(sql.match(/^begin;$/gm)).to.have.lengthOf(5);
  });

  it('writes the same text each time', async () => {
    const opened = project(fork);
    expect(await upgradeSql(await opened.open())).to.deep.equal(await upgradeSql(await opened.open()));
  });

  it('takes a range, of which both ends have a meaning of their own', async () => {
    const opened = await project(fork).open();
    const ranges: readonly (readonly [string, readonly string[], readonly string[], readonly string[]])[] = [
      ['root:left', ['root'], ['left'], ['left']],
      ['root:', ['root'], ['left', 'right', 'joined'], ['joined']],
      [':root', [], ['root'], ['root']],
      ['base:right', [], ['root', 'right'], ['right']],
      ['left,right:heads', ['left', 'right'], ['joined'], ['joined']],
      ['right, left:joined', ['left', 'right'], ['joined'], ['joined']],
      ['root:left@+1', ['root'], ['left'], ['left']],
      ['left:right', ['left'], ['right'], ['left', 'right']],
      ['joined:heads', ['joined'], [], ['joined']],
    ];
    for (const [target, from, steps, current] of ranges) {
      const report = await upgradeSql(opened, { target });
      expect(report.from, target).to.deep.equal(from);
      expect(
        report.steps.map(({ revision }) => revision),
        target,
      ).to.deep.equal(steps);
      expect(report.current, target).to.deep.equal(current);
    }
  });

  it('counts from the start', async () => {
    const { steps } = await upgradeSql(await project(fork).open(), { target: 'left:left@+1' });
    expect(steps.map(({ revision }) => revision)).to.deep.equal(['right', 'joined']);
  });

  it('refuses a start that names nothing, and one below another', async () => {
    const opened = await project(fork).open();
    await expectFailure(upgradeSql(opened, { target: 'nope:heads' }), { code: 'REVISION_NOT_FOUND' });
    await expectFailure(upgradeSql(opened, { target: 'root,left:heads' }), { code: 'OVERLAPPING_REVISIONS' });
    await expectFailure(upgradeSql(opened, { target: 'left:heads', fromDatabase: true }), {
      code: 'USAGE',
      message: 'the range says where to start, and so would the database',
    });
  });

  it('is one transaction where the run would be', async () => {
    const { sql } = await upgradeSql(await project(fork, { transaction: 'all' }).open());
    const steps = sql.slice(sql.indexOf('-- upgrade root'));
    expect(steps.match(/^begin;$/gm)).to.have.lengthOf(1);
    expect(steps.match(/^commit;$/gm)).to.have.lengthOf(1);
  });

  it('writes values into queries, and ends each statement once', async () => {
    const body = `await op.execute('create table t (a text); -- the end');
await op.execute('select f();');
await op.knex('t').insert({ a: "it's" });
await op.execute('update t set a = ?', ['b']);`;
    expect(await bodyOf(body)).to.equal(`create table t (a text); -- the end
select f();
insert into "t" ("a") values ('it''s');
update t set a = 'b';
`);
  });

  it('keeps variables of psql out of slices', async () => {
    expect(
      await bodyOf(
        `await op.execute('select list[1:n], list[a:"b"], a::text, \\'a:b\\', list[1:2] from t');`,
      ),
    ).to.equal(`select list[1: n], list[a: "b"], a::text, 'a:b', list[1:2] from t;\n`);
  });

  it('writes savepoints, also one that the script gives up', async () => {
    const body = `await op.savepoint(async () => { await op.execute('select 1'); });
try { await op.savepoint(async () => { await op.execute('select 2'); throw new Error('no'); }); } catch {}`;
    expect(await bodyOf(body)).to.equal(`savepoint limbeck_1;
select 1;
release savepoint limbeck_1;
savepoint limbeck_2;
select 2;
rollback to savepoint limbeck_2;
release savepoint limbeck_2;
`);
  });

  it('sets the search path of the knexfile', async () => {
    const searching = migrationProject(
      { ...unreachable, searchPath: ['app', 'Public'] },
      { scripts: { a: {} } },
    );
    expect((await upgradeSql(await searching.open())).sql).to.include(
      '\nset search_path to "app", "Public";\n',
    );
  });

  it('lets a script branch on op.offline', async () => {
    const body = `if (op.offline) await op.execute('select 1'); else await op.knex('t').first();`;
    expect(await bodyOf(body)).to.equal('select 1;\n');
  });

  it('passes over the answer of a query that is run for what it does', async () => {
    const body = `await op.execute('select f(?)', ['x']);
await op.knex.raw('select g()');
await op.knex.select(op.knex.raw('h()'));
await op.knex('t').insert({ a: 1 }).returning('id');
await op.knex.batchInsert('t', [{ a: 1 }, { a: 2 }], 1);`;
    expect(await bodyOf(body)).to.match(/^select f\('x'\);\nselect g\(\);\nselect h\(\);\ninsert/);
  });

  describe('of a script that reads', () => {
    const readings: Readonly<Record<string, string>> = {
      first: "if (await op.knex('t').first()) await op.execute('select 1');",
      select: "await op.knex('t').select('a');",
      'the bare builder': "await op.knex('t');",
      pluck: "await op.knex('t').pluck('a');",
      columnInfo: "await op.knex('t').columnInfo();",
      count: "const [row] = await op.knex('t').count();",
      hasTable: "if (await op.schema.hasTable('t')) await op.execute('select 1');",
      hasColumn: "await op.schema.hasColumn('t', 'a');",
      'hasTable of op.knex': "await op.knex.schema.hasTable('t');",
      'the rows of a raw query': "const { rows } = await op.knex.raw('select 1');",
      'the answer of op.execute': "(await op.execute('select ?', [1])).rows;",
      'returning, looked into': "const [{ id }] = await op.knex('t').insert({ a: 1 }).returning('id');",
      'a value that was read':
        "const ids = await op.knex.raw('select 1'); await op.execute('select ?', [ids]);",
      'a nested transaction': "await op.knex.transaction((trx) => trx('t').first());",
    };
    for (const [name, body] of Object.entries(readings)) {
      it(`refuses ${name}, and names the line`, async () => {
        await expectFailure(upgradeSql(await project({ one: { upgrade: body } }).open()), {
          code: 'OFFLINE_READ',
          message:
            /^upgrade of "one" cannot be written down: the script reads the answer of a query, and there is no database: /,
          where: /^migrations\/20260101000000_one\.ts:5:\d+$/,
          next: 'branch on `op.offline` in the script',
        });
      });
    }
  });

  it('ends a stream of rows with the same error', async () => {
    const body = "for await (const row of op.knex('t').stream()) await op.execute('select 1');";
    await expectFailure(upgradeSql(await project({ one: { upgrade: body } }).open()), {
      code: 'OFFLINE_READ',
      where: /^migrations\/20260101000000_one\.ts/,
    });
  });

  it('refuses what cannot be written down', async () => {
    const cases: readonly (readonly [string, RegExp])[] = [
      [
        "await op.execute('select ?', [Symbol('x')]);",
        /a value cannot be written into the statement: a symbol has/,
      ],
      ["await op.knex('t').insert({ a: 'x\\0' });", /PostgreSQL cannot store a NUL character/],
      ["await op.execute('select 1 \\\\gexec');", /a backslash outside of quotes is a command of psql/],
      [
        "await op.execute('copy t (a) from stdin');",
        /COPY … FROM stdin would take what follows for its data/,
      ],
    ];
    for (const [body, message] of cases) {
      await expectFailure(upgradeSql(await project({ one: { upgrade: body } }).open()), {
        code: 'OFFLINE_UNWRITABLE',
        message,
        where: /^migrations\/20260101000000_one\.ts:5:\d+$/,
      });
    }
  });

  it('says which script throws, and where', async () => {
    await expectFailure(
      upgradeSql(await project({ one: { upgrade: "throw new Error('broken');" } }).open()),
      {
        code: 'STEP_FAILED',
        message: 'upgrade of "one" cannot be written down: broken',
        where: 'migrations/20260101000000_one.ts:5:9',
      },
    );
  });
});

describe('downgradeSql', () => {
  it('goes from the start of the range to its end', async () => {
    const opened = await project(fork).open();
    const { from, steps, current } = await downgradeSql(opened, { target: 'heads:left' });
    expect(from).to.deep.equal(['joined']);
    expect(steps.map(({ direction, revision }) => `${direction} ${revision}`)).to.deep.equal([
      'downgrade joined',
    ]);
    expect(current).to.have.members(['left', 'right']);
    expect((await downgradeSql(opened, { target: 'left,right:base' })).current).to.deep.equal([]);
    expect((await downgradeSql(opened, { target: 'left:-1' })).current).to.deep.equal(['root']);
  });

  it('needs to be told both', async () => {
    const opened = await project(fork).open();
    for (const target of ['base', ':base', 'heads:']) {
      await expectFailure(downgradeSql(opened, { target }), {
        code: 'USAGE',
        message: 'a downgrade without a database needs to know where it starts, and where it goes',
        next: /--from-database/,
      });
    }
  });
});

describe('stampSql', () => {
  it('moves the rows from the start, and records what stands there', async () => {
    const { from, current, steps } = await stampSql(await project(fork).open(), {
      targets: ['root:left', 'right'],
    });
    expect({ from, current, steps }).to.deep.equal({ from: ['root'], current: ['left', 'right'], steps: [] });
  });

  it('does not take a start when the rows are purged', async () => {
    const opened = await project(fork).open();
    await expectFailure(stampSql(opened, { targets: ['root:left'], purge: true }), {
      code: 'USAGE',
      message: 'with `--purge` it does not matter where the database is',
    });
  });
});

describe('upgrade', () => {
  it('refuses a range, which only SQL needs', async () => {
    await expectFailure(upgrade(await project(fork).open(), { target: 'root:left' }), {
      code: 'USAGE',
      message: '"root:left" is a range, and the database says itself where it is',
      next: 'run `limbeck upgrade left`, or add `--sql` to write SQL for a database that is elsewhere',
    });
  });
});
