import { expect } from 'chai';
import { readImport } from '../../lib/assets/import-file.js';
import type { ImportRules } from '../../lib/assets/import-paths.js';

const usual: ImportRules = { kinds: ['types', 'procs', 'views'], schema: 'public', whole: false };

const read = (sql: string | Uint8Array, rules: Partial<ImportRules> = {}) =>
  readImport({ name: 'db/all.sql', bytes: Buffer.from(sql) }, { ...usual, ...rules });

const textsOf = async (sql: string, rules: Partial<ImportRules> = {}) => {
  const { assets, refusals } = await read(sql, rules);
  expect(refusals).to.deep.equal([]);
  return Object.fromEntries(assets.map(({ path, text }) => [path, text]));
};

describe('readImport', () => {
  it('makes a file for each name, with the comments before it and what is about it', async () => {
    const sql = `\uFEFF-- All functions.\r
\\set ON_ERROR_STOP 1\r
begin;\r
\r
-- Adds.\r
CREATE FUNCTION add(int) RETURNS int LANGUAGE sql AS $$\r
  select $1; -- é\r
$$;\r
create view billing.totals as select add(1);
comment on view billing.totals is 'a view';
create function add(a bigint) returns bigint language sql as 'select a';
grant execute on function add(int) to public;
create type mood as enum ('sad');
create materialized view m as select 1 as a;
create unique index on m (a);
commit;
`;
    expect(await textsOf(sql)).to.deep.equal({
      'procs/add.sql': `-- All functions.

-- Adds.
CREATE OR REPLACE FUNCTION add(int) RETURNS int LANGUAGE sql AS $$
  select $1; -- é
$$;

create or replace function add(a bigint) returns bigint language sql as 'select a';

grant execute on function add(int) to public;
`,
      'views/billing/totals.sql': `create or replace view billing.totals as select add(1);

comment on view billing.totals is 'a view';
`,
      'types/mood.sql': "create type mood as enum ('sad');\n",
      'views/m.sql': 'create materialized view m as select 1 as a;\n\ncreate unique index on m (a);\n',
    });
  });

  it('keeps a file as one, in each folder that it needs', async () => {
    const sql =
      "create function a() returns int language sql as 'select 1';\ncreate function b() returns int language sql as 'select 1';";
    expect(Object.keys(await textsOf(sql, { whole: true }))).to.deep.equal(['procs/all.sql']);
  });

  it('takes the folders that the project has, or the one that is named', async () => {
    const sql = 'create aggregate s(int) (sfunc = int4pl, stype = int);';
    expect(Object.keys(await textsOf(sql))).to.deep.equal(['procs/s.sql']);
    const kinds = [...usual.kinds, 'aggregates', 'triggers'];
    expect(Object.keys(await textsOf(sql, { kinds }))).to.deep.equal(['aggregates/s.sql']);
    expect(Object.keys(await textsOf(sql, { kinds, kind: 'views' }))).to.deep.equal(['views/s.sql']);
    const trigger = 'create trigger t before insert on u for each row execute function f();';
    expect(Object.keys(await textsOf(trigger, { kinds }))).to.deep.equal(['triggers/t.sql']);
    expect((await read(trigger)).refusals[0]?.message).to.match(/^a trigger belongs into "triggers"/);
  });

  it('gives names that no disk minds', async () => {
    const sql = `create function "A/b: ""c"""() returns int language sql as 'select 1'; create view "ä".".x" as select 1;`;
    expect(Object.keys(await textsOf(sql))).to.deep.equal(['procs/A_b_ _c_.sql', 'views/ä/_x.sql']);
  });

  it('leaves out a drop of what comes again', async () => {
    const sql = 'drop view if exists v;\ncreate view v as select 1;';
    const { assets, leftOut } = await read(sql);
    expect(assets[0]?.text).to.equal('create or replace view v as select 1;\n');
    expect(leftOut).to.deep.equal([{ where: 'db/all.sql:1:1', text: 'drop view if exists v' }]);
  });

  it('keeps every comment, also that of what is left out', async () => {
    const sql = `-- File: functions
SET client_encoding = 'UTF8';

/* greets */
DROP FUNCTION IF EXISTS greet(text); -- first
CREATE FUNCTION greet(n text) RETURNS text LANGUAGE sql AS $$ select n $$;

-- adds
create function addx(a int) returns int language sql as $$ select a $$;  -- trailing
revoke all on function addx(int) from public /* for now */ ; /* all */
create view v as select 1 -- one
;
drop view if exists v;
-- the end
`;
    expect(await textsOf(sql)).to.deep.equal({
      'procs/greet.sql': `-- File: functions

/* greets */
-- first
CREATE OR REPLACE FUNCTION greet(n text) RETURNS text LANGUAGE sql AS $$ select n $$;
`,
      'procs/addx.sql': `-- adds
create or replace function addx(a int) returns int language sql as $$ select a $$; -- trailing

revoke all on function addx(int) from public /* for now */
; /* all */
`,
      'views/v.sql': 'create or replace view v as select 1 -- one\n;\n\n-- the end\n',
    });
  });

  it('tells all that stands against it, each with line and column', async () => {
    const { refusals } = await read(`\\i x.sql
create table t (a int);
insert into t values (:x);
create function f() retuns int language sql as 'select 1';
  comment on function nope() is 'x';
drop function other();
create function ok() returns int language sql as 'select 1';
rollback;
`);
    expect(refusals.map(({ where, message }) => `${where} ${message}`)).to.deep.equal([
      'db/all.sql:1:1 "\\i" reads another file',
      'db/all.sql:2:1 CREATE TABLE makes what holds data',
      'db/all.sql:3:23 ":x" is a variable of psql',
      'db/all.sql:4:21 syntax error at or near "retuns"',
      'db/all.sql:5:3 it is about nothing that the file defines',
      'db/all.sql:6:1 DROP takes away what this file does not define',
      'db/all.sql:8:1 ROLLBACK ends or parts the transaction',
    ]);
    for (const { next } of refusals) expect(next).to.match(/\S/);
  });

  it('refuses bytes that are not UTF-8', async () => {
    const { refusals } = await read(Buffer.from('-- caf\xe9', 'latin1'));
    expect(refusals).to.have.length(1);
    expect(refusals[0]).to.include({ where: 'db/all.sql:1:7', message: 'the file is not UTF-8' });
  });
});
