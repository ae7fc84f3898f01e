import { expect } from 'chai';
import { MigrationError } from '../../lib/errors.js';
import { doBlock, psqlText } from '../../lib/sql/psql-text.js';
import { ownStatement, statement } from '../../lib/sql/statement.js';
import { factsOf, thrownBy } from '../helpers/thrown.js';

const written = (text: string) => psqlText(statement(text));

const dropView = { ...ownStatement('drop view v'), comment: 'It goes\nfirst.' };

describe('psqlText', () => {
  it('ends a statement once, whatever stands at its end', () => {
    const cases: readonly (readonly [string, string])[] = [
      ['select 1', 'select 1;'],
      ['select 1;', 'select 1;'],
      ['\n  select 1 ; \n', 'select 1 ;'],
      ['select 1 -- one', 'select 1 -- one\n;'],
      ['select 1 /* ; */', 'select 1 /* ; */\n;'],
      ["select ';' -- ;", "select ';' -- ;\n;"],
      ['select 1; -- one', 'select 1; -- one'],
      ['select 1; select 2', 'select 1; select 2;'],
      ['-- nothing', '-- nothing'],
    ];
    for (const [text, ended] of cases) expect(written(text)).to.equal(ended);
  });

  it('parts a colon from what psql would take for a variable', () => {
    expect(written('select a[1:n], a[:"n"], b::text, :\'x\' from t')).to.equal(
      'select a[1: n], a[: "n"], b::text, : \'x\' from t;',
    );
    const quoted = `select ':n', ":n", $$ :n $$ /* :n */ from t -- :n`;
    expect(written(quoted)).to.equal(`${quoted}\n;`);
  });

  it('refuses commands of psql, outside of quotes', () => {
    const origin = { file: 'migrations/a.ts', line: 7, column: 3 };
    expect(factsOf(thrownBy(() => psqlText(statement('select 1 \\gexec', { origin }))))).to.deep.equal({
      code: 'OFFLINE_UNWRITABLE',
      message: 'a backslash outside of quotes is a command of psql',
      where: 'migrations/a.ts:7:3',
      next: 'take it out, or write it as SQL',
    });
    expect(written("select '\\gexec', $$ \\d $$ -- \\q")).to.equal("select '\\gexec', $$ \\d $$ -- \\q\n;");
  });

  it('refuses data from the text itself, in the line of its file', () => {
    const { code, where } = thrownBy(() =>
      psqlText(statement('select 1;\n  copy a.t (b) from stdin;', { file: 'a.sql' })),
    );
    expect({ code, where }).to.deep.equal({ code: 'OFFLINE_UNWRITABLE', where: 'a.sql:2:3' });
    expect(written("copy t from '/tmp/stdin'")).to.equal("copy t from '/tmp/stdin';");
  });

  it('keeps the answers of own statements quiet', () => {
    expect(psqlText(ownStatement("select set_config('a', 'b', true)"))).to.equal(
      "do $limbeck$\nbegin\n  perform set_config('a', 'b', true);\nend $limbeck$;",
    );
    expect(psqlText(ownStatement('commit', () => undefined))).to.equal('commit;');
  });

  it('writes two ways as a block that takes the second where the first fails as foreseen', () => {
    const first = statement("create view v as select '$sql$ :x';\n-- end", { file: 'v.sql' });
    const made = { ...first, onError: { sqlstates: ['42P07', '42P16'], statements: [dropView, first] } };
    expect(psqlText(made)).to.equal(`do $limbeck$
declare
  attempt constant text := $sql_$create view v as select '$sql$ :x';
-- end$sql_$;
begin
  execute attempt;
exception when sqlstate '42P07' or sqlstate '42P16' then
  -- It goes first.
  execute $sql$drop view v$sql$;
  execute attempt;
end $limbeck$;`);
  });

  it('writes a second way that has one itself, and quotes that hold quotes', () => {
    const inner = {
      ...ownStatement('do $limbeck$begin end$limbeck$'),
      onError: { sqlstates: ['42601'], statements: [dropView] },
    };
    const made = { ...ownStatement('select 1'), onError: { sqlstates: ['42P07'], statements: [inner] } };
    expect(psqlText(made)).to.equal(`do $limbeck_$
declare
  attempt constant text := $sql$select 1$sql$;
begin
  execute attempt;
exception when sqlstate '42P07' then
begin
  execute $sql$do $limbeck$begin end$limbeck$$sql$;
exception when sqlstate '42601' then
  -- It goes first.
  execute $sql$drop view v$sql$;
end;
end $limbeck_$;`);
  });

  it('lets a guard say what it means', () => {
    const guard = ownStatement('select 1 / 0', (sqlstate) =>
      sqlstate === '22012' || sqlstate === '23505'
        ? new MigrationError('ROWS_CHANGED', { message: "it's changed", next: 'look' })
        : undefined,
    );
    expect(psqlText(guard)).to.equal(`do $limbeck$
begin
  execute $sql$select 1 / 0$sql$;
exception
  when sqlstate '22012' or sqlstate '23505' then
    raise exception using message = 'it''s changed', hint = 'look';
end $limbeck$;`);
  });
});

describe('doBlock', () => {
  it('quotes with a tag that its body does not hold', () => {
    expect(doBlock('  perform $limbeck$ x $limbeck$;')).to.match(/^do \$limbeck_\$\n[^]*end \$limbeck_\$;$/);
  });
});
