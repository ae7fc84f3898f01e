/** Errors that come out of routines which SQL files define, and out of texts inside texts. */
import { expect } from 'chai';
import { upgrade } from '../../lib/index.js';
import { type AssetProject, assetProject } from '../helpers/asset-project.js';
import { limbeckIn } from '../helpers/cli.js';
import { describeOnServers } from '../helpers/database.js';
import { emptyDatabase } from '../helpers/database-state.js';
import { expectFailure, type ExpectedFailure } from '../helpers/failure.js';
import { fileName } from '../helpers/migration-project.js';

/** The files of the revision that is number `index`. */
const frozen = (revision: string, index: number, path: string) =>
  `${fileName(revision, index).replace('.ts', '.assets')}/${path}`;

describeOnServers('an error in an SQL file', (database) => {
  let project: AssetProject;

  beforeEach(async () => {
    await emptyDatabase(database);
    project = assetProject(database);
  });

  const expectSqlFailure = async (expected: Partial<ExpectedFailure>) =>
    expectFailure(upgrade(await project.open()), { code: 'SQL_FAILED', ...expected });

  describe('met when it is loaded', () => {
    it('is shown in the body of a PL/pgSQL function, behind other commands, tabs and wide characters', async () => {
      await project.ship('a', {
        'procs/f.sql': `\uFEFFcreate or replace function one() returns int language sql as $$ select 1 $$;\r
create or replace function f() returns int language plpgsql as $body$\r
begin\r
\tperform '🌱漢é'; retrun 1;\r
end $body$;\r
`,
      });
      await expectSqlFailure({
        message: 'upgrade of "a" failed: syntax error at or near "retrun"',
        where: `${frozen('a', 0, 'procs/f.sql')}:4:17`,
        excerpt: `2 | create or replace function f() returns int language plpgsql as $body$
3 | begin
4 | \tperform '🌱漢é'; retrun 1;
  | \t                 ^`,
      });
    });

    it('is shown in a body in quotes, which the server looks at on its own when the message has it twice', async () => {
      const body = "\n  select ''a'', nam from nowhere\n";
      const text = (name: string) =>
        `create or replace function ${name}() returns text language sql as '${body}';\n`;
      await project.ship('a', {
        'procs/f.sql': `set local check_function_bodies = off;\n${text('g')}set local check_function_bodies = on;\n${text('f')}`,
      });
      await expectSqlFailure({
        message: /relation "nowhere" does not exist$/,
        where: `${frozen('a', 0, 'procs/f.sql')}:7:26`,
        excerpt: /\^$/,
      });
    });

    it('is shown in files that need each other, when the second load checks them', async () => {
      await project.ship('a', {
        'procs/even.sql': `create or replace function even(n int) returns boolean language sql as $$
  select n = 0 or odd(n - 1)
$$;`,
        'procs/odd.sql': `create or replace function odd(n int) returns boolean language sql as $$
  select n <> 0 and even(n - 1) and nam
$$;`,
      });
      await expectSqlFailure({
        message: /column "nam" does not exist$/,
        where: `${frozen('a', 0, 'procs/odd.sql')}:2:37`,
        excerpt: /^1 \| create.*\n2 \| {3}select n <> 0 and even\(n - 1\) and nam\n {2}\| {37}\^$/,
      });
    });

    it('is shown in a view', async () => {
      await project.ship('a', {
        'views/v.sql': 'create or replace view v as\n  select 1 as one,\n    two from (select 2 as tow) t;\n',
      });
      await expectSqlFailure({
        where: `${frozen('a', 0, 'views/v.sql')}:3:5`,
        message: /column "two" does not exist/,
      });
    });

    it('is shown in a DO block of a plain-SQL script, and in what the block executes', async () => {
      const script = (text: string) =>
        `-- a\n-- revision: a\n-- upgrade\ndo $do$\nbegin\n  perform 1;\n  ${text}\nend $do$;\n-- downgrade\n`;
      const file = 'migrations/20260101000000_a.sql';
      project.write(file, script("raise 'no é';"));
      await expectSqlFailure({ where: `${file}:7:3`, message: /no é$/ });
      project.write(file, script('execute $x$create view v as\n  select nam $x$;'));
      await expectSqlFailure({ where: `${file}:8:10`, message: /column "nam"/ });
    });
  });

  describe('met when it is called', () => {
    const inner = (text: string) => `-- what fails
create or replace function inner_f(d int) returns int language plpgsql as $$
declare
  n int;
begin
  if d > 0 then
    ${text}
  end if;
  return d;
end $$;
`;
    const outer = `create or replace function outer_f(d int) returns int language plpgsql as $$
begin
  return inner_f(d);
end $$;
`;
    const where = `${frozen('a', 0, 'procs/inner_f.sql')}:7`;
    const ship = (text: string, script: string) =>
      project.ship(
        'a',
        { 'procs/inner_f.sql': inner(text), 'procs/outer_f.sql': outer },
        { upgrade: `await loadStoredProc(op, ['inner_f.sql', 'outer_f.sql']);\n${script}` },
      );

    it('is shown in the innermost routine of a file, with the line of the script', async () => {
      await ship(
        "raise exception 'no é' using hint = 'buy some.', detail = 'nor bread';",
        "await op.execute('select outer_f(1)');",
      );
      await expectSqlFailure({
        message: 'upgrade of "a" failed: no é (nor bread)',
        where: `${where}:5, called in ${fileName('a', 0)}:6:12`,
        excerpt: `5 | begin
6 |   if d > 0 then
7 |     raise exception 'no é' using hint = 'buy some.', detail = 'nor bread';
  |     ^`,
        next: /^buy some;/,
      });
    });

    it('is shown at the very word, if the server tells it', async () => {
      await ship(
        'perform 1, nam from nowhere;',
        "await op.execute('do $$ begin perform outer_f(1); end $$');",
      );
      await expectSqlFailure({
        message: /relation "nowhere" does not exist$/,
        where: `${where}:25, called in ${fileName('a', 0)}:6:12`,
        next: /^mend the live file of "procs\/inner_f\.sql", or what calls it; nothing was changed/,
        excerpt: /\n7 \| {5}perform 1, nam from nowhere;\n {2}\| {25}\^$/,
      });
    });

    it('is shown in an expression', async () => {
      await ship('n := 1; return d / (d - 1);', "await op.knex.raw('select outer_f(?)', [1]);");
      await expectSqlFailure({
        message: /division by zero$/,
        where: new RegExp(`^${where}:(5|20), called in`),
      });
    });

    it('is shown at the EXECUTE of what is put together', async () => {
      await ship("execute 'select ' || 'frm';", "await op.execute('select outer_f(1)');");
      await expectSqlFailure({ message: /"frm"/, where: `${where}:5, called in ${fileName('a', 0)}:6:12` });
    });

    it('is shown in an SQL function', async () => {
      await project.ship(
        'a',
        {
          'procs/s.sql':
            'create or replace function s(d int) returns int volatile language sql as $$\n  select 1;\n  select 1 / d;\n$$;\n',
        },
        { upgrade: "await loadStoredProc(op, ['s.sql']);\nawait op.execute('select s(0)');" },
      );
      await expectSqlFailure({
        where: `${frozen('a', 0, 'procs/s.sql')}:3:3, called in ${fileName('a', 0)}:6:12`,
      });
    });

    it('is shown in the version that was called, not in one that would have come after it', async () => {
      await ship('null;', '');
      await upgrade(await project.open());
      await project.ship('b', { 'procs/inner_f.sql': inner("raise 'first';") });
      await upgrade(await project.open());
      project.script('c', {});
      await project.ship(
        'd',
        { 'procs/inner_f.sql': inner("null;\n    raise 'second';") },
        { upgrade: "await op.execute('select outer_f(1)');\nawait loadStoredProc(op, ['inner_f.sql']);" },
      );
      await expectSqlFailure({
        message: 'upgrade of "d" failed: first',
        where: `${frozen('b', 1, 'procs/inner_f.sql')}:7:5, called in ${fileName('d', 3)}:5:12`,
      });
      await project.ship(
        'd',
        {},
        {
          downRevision: 'c',
          upgrade: "await loadStoredProc(op, ['inner_f.sql']);\nawait op.execute('select outer_f(1)');",
        },
      );
      await expectSqlFailure({
        message: 'upgrade of "d" failed: second',
        where: `${frozen('d', 3, 'procs/inner_f.sql')}:8:5, called in ${fileName('d', 3)}:6:12`,
      });
    });

    it('names the file that failed, where another file has called it', async () => {
      const called = {
        'procs/e.sql':
          "create or replace function e() returns int language plpgsql as $$ begin raise 'no'; end $$;",
      };
      const calling = { 'views/mv.sql': 'create materialized view mv as select e() as e;' };
      await project.ship('a', { ...called, ...calling });
      await expectSqlFailure({
        where: `${frozen('a', 0, 'procs/e.sql')}:1:67, called in ${frozen('a', 0, 'views/mv.sql')}:1:1`,
        next: /^mend the live file of "procs\/e\.sql", then run `limbeck redo a`;/,
      });
      project = assetProject(database);
      await project.ship('a', called);
      await project.ship('b', calling);
      await expectSqlFailure({ next: /^mend the live file of "procs\/e\.sql", or what calls it;/ });
    });

    it('stays with the script where no file defines what failed', async () => {
      project.script('a', {
        upgrade: `await op.execute("create function f() returns void language plpgsql as 'begin\\n raise ''no''; end'");
await op.execute('do $$\\nbegin\\n  perform f();\\nend $$');`,
      });
      await expectSqlFailure({
        where: `${fileName('a', 0)}:6:12`,
        excerpt: '1 | do $$\n2 | begin\n3 |   perform f();\n  |   ^',
      });
    });
  });

  it('is told with the hint of the server, where other advice comes first', async () => {
    await project.ship('a', {
      'views/v.sql': 'create or replace view v as\n  select t.nmae from (select 1 as name) t;\n',
    });
    const { stderr } = await limbeckIn(project.root)('upgrade');
    expect(stderr).to.include(`error[SQL_FAILED]: upgrade of "a" failed: column t.nmae does not exist
  where: ${frozen('a', 0, 'views/v.sql')}:2:10
    1 | create or replace view v as
    2 |   select t.nmae from (select 1 as name) t;
      |          ^
  hint:  Perhaps you meant to reference the column "t.name".
  next:  mend the live file of "views/v.sql", then run \`limbeck redo a\`; nothing was changed`);
  });
});
