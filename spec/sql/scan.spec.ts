import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import * as fc from 'fast-check';
import { loadModule, parseSync } from 'libpg-query';
import { blankQuoted, splitCommands, UnterminatedSql } from '../../lib/sql/scan.js';
import { runs } from '../helpers/runs.js';

const texts = (sql: string) => splitCommands(sql).map(({ text }) => text);

/** What is left open in the text, and where it was opened. */
function unterminated(sql: string): [what: string, opened: string] {
  try {
    splitCommands(sql);
  } catch (error) {
    if (error instanceof UnterminatedSql) return [error.what, sql.slice(error.offset)];
    throw error;
  }
  throw new Error(`nothing is left open in: ${sql}`);
}

describe('splitCommands', () => {
  it('cuts at semicolons, and leaves out empty commands', () => {
    expect(texts('select 1; select 2;')).to.deep.equal(['select 1', 'select 2']);
    expect(texts('select 1; select 2')).to.deep.equal(['select 1', 'select 2']);
    expect(texts(';; select 1 ;\n;')).to.deep.equal(['select 1']);
    for (const nothing of ['', ' \n\t', '-- only this', '/* only this */', '-- a\n/* b */ ; -- c', ';'])
      expect(texts(nothing), nothing).to.deep.equal([]);
  });

  it('tells where each command starts, comments before it left out', () => {
    const sql = '-- first\n  select 1;\n/* second */ select 2 -- more\n';
    for (const { text, offset } of splitCommands(sql))
      expect(sql.slice(offset)).to.satisfy((rest: string) => rest.startsWith(text));
    expect(texts(sql)).to.deep.equal(['select 1', 'select 2']);
    expect(splitCommands('sélect 1; 𝒳;').map(({ offset }) => offset)).to.deep.equal([0, 10]);
  });

  it('passes over semicolons in strings, quoted names and comments', () => {
    for (const one of [
      "select ';'",
      "select 'it''s; so'",
      "select 'a\\', ';'",
      "select E'it\\'s; so', E'\\\\', 'x;y'",
      "select e'a''b;\\'c'",
      "select U&'d\\0061;', N'a;b', B'1', X'1F'",
      'select 1 as ";"',
      'select 1 as "a"";b"',
      'select 1 -- one; two\n + 1',
      'select 1 /* one; /* two; */ three; */ + 1',
      "select 1 /* 'one; */ + 1",
      'select 1 -- it\'s "open\n + 1',
      "select '--', '/*', 1",
    ])
      expect(texts(`${one};`), one).to.deep.equal([one]);
  });

  it('knows dollar quotes, with tags and without', () => {
    for (const one of [
      'select $$one; two$$',
      'select $a$one; $$; $b$; two$a$',
      'do $body$ begin perform 1; end; $body$',
      "select $$it's; so$$",
      'select $größe$;$größe$',
      'select $_1$;$_1$',
    ])
      expect(texts(`${one}; select 2`), one).to.deep.equal([one, 'select 2']);
  });

  it('takes no dollar of a parameter or a name for a quote', () => {
    expect(texts('select $1; select $2')).to.deep.equal(['select $1', 'select $2']);
    expect(texts('select a$b$ from t; select b$')).to.deep.equal(['select a$b$ from t', 'select b$']);
    expect(texts('select $1$a$;$a$')).to.deep.equal(['select $1$a$;$a$']);
    expect(texts("select some'thing; else'")).to.deep.equal(["select some'thing; else'"]);
  });

  it('ends a line comment at a carriage return, as the server does', () => {
    expect(texts('-- hidden\rcommit;')).to.deep.equal(['commit']);
    expect(texts('select 1 -- one\r\n; select 2')).to.deep.equal(['select 1', 'select 2']);
  });

  it('passes over semicolons in parentheses', () => {
    const rule =
      'create rule r as on insert to t do also (insert into a values (1); insert into b values (2))';
    expect(texts(`${rule}; select 1`)).to.deep.equal([rule, 'select 1']);
    expect(texts('select 1); select 2')).to.deep.equal(['select 1)', 'select 2']);
  });

  it('keeps a BEGIN ATOMIC body together', () => {
    for (const one of [
      'create function f() returns int begin atomic select 1; select 2; end',
      'CREATE OR REPLACE FUNCTION f() RETURNS int BEGIN /* so */ ATOMIC SELECT 1; END',
      'create procedure p(a int) begin atomic insert into t values (1); select case a when 1 then 2 end; select 3; end',
      'create function f() returns int begin atomic select (case when true then 1 end); select case when true then case 1 when 1 then 2 end end; end',
    ])
      expect(texts(`${one}; select 9`), one).to.deep.equal([one, 'select 9']);
  });

  it('sees no body where begin or end are something else', () => {
    for (const one of [
      'create function begin() returns int language sql return 1',
      'create function s.begin(a int) returns int language sql return case a when 1 then 2 end',
      'create table t (begin int)',
      'create view v as select begin from t',
    ])
      expect(texts(`${one}; select 9`), one).to.deep.equal([one, 'select 9']);
    expect(texts('begin; select 1; end;')).to.deep.equal(['begin', 'select 1', 'end']);
  });

  it('keeps the first six words, in lower case, those in parentheses left out', () => {
    const words = (sql: string) => splitCommands(sql)[0]?.words;
    expect(words('CREATE /* x */ TABLE "T" (a int) With x')).to.deep.equal(['create', 'table', 'with', 'x']);
    expect(words('a b c d e f g')).to.deep.equal(['a', 'b', 'c', 'd', 'e', 'f']);
    expect(words("rollback to 'x'")).to.deep.equal(['rollback', 'to']);
  });

  it('says what is left open, and where it was opened', () => {
    expect(unterminated("select 1; select 'it''s; so")).to.deep.equal(['a string', "'it''s; so"]);
    expect(unterminated("select E'a\\'")).to.deep.equal(['a string', "E'a\\'"]);
    expect(unterminated('select "a"";')).to.deep.equal(['a quoted name', '"a"";']);
    expect(unterminated('a /* b /* c */ d')).to.deep.equal(['a comment', '/* b /* c */ d']);
    expect(unterminated('do $a$ x $b$')).to.deep.equal(['the dollar quote $a$', '$a$ x $b$']);
    expect(unterminated('select (1, (2); select 3')).to.deep.equal(['a parenthesis', '(1, (2); select 3']);
    expect(unterminated('create function f() returns int begin atomic select 1;')).to.deep.equal([
      'a BEGIN ATOMIC body',
      'begin atomic select 1;',
    ]);
  });
});

describe('blankQuoted', () => {
  it('leaves only code, where it stood', () => {
    const sql = `a 'b' "c" $$d$$ E'\\'e' -- f\n/* g\n */ h; \\i`;
    expect(blankQuoted(sql).replaceAll(/ +/g, ' ')).to.equal('a \n h; \\i');
    expect(blankQuoted(sql).indexOf('h;')).to.equal(sql.indexOf('h;'));
    expect(blankQuoted(sql)).to.have.length(sql.length);
  });
});

describe('splitCommands and the grammar', () => {
  before(() => loadModule());

  /** What libpg-query cuts the text into, in bytes, from semicolon to semicolon. */
  function statementsOf(sql: string): string[] {
    const bytes = Buffer.from(sql);
    const statements = sql.trim() === '' ? [] : (parseSync(sql).stmts ?? []);
    return statements.map(({ stmt_location: start = 0, stmt_len: length = bytes.length }) =>
      bytes.subarray(start, start + length).toString(),
    );
  }

  function expectAgreement(sql: string): void {
    const commands = splitCommands(sql);
    const statements = statementsOf(sql);
    expect(commands.length, sql).to.equal(statements.length);
    for (const [index, { text, offset }] of commands.entries()) {
      expect(statements[index]).to.include(text);
      expect(sql.startsWith(text, offset)).to.equal(true);
    }
  }

  it('agree on every SQL file of the example', () => {
    const root = fileURLToPath(new URL('../../..', import.meta.url));
    const files = ['raw_sql', 'migrations'].flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.sql'))
        .map((file) => join(root, folder, file)),
    );
    expect(files.length).to.be.greaterThan(40);
    for (const file of files) expectAgreement(readFileSync(file, 'utf8'));
  });

  it('agree on whatever is put together of tricky pieces', () => {
    const statement = fc.constantFrom(
      'select 1',
      "select 'a;b', E'c\\';d', $$e;f$$, $x$;$$;$x$",
      'select "a;b", a$b$c from t$1',
      'prepare p as select $1, $2',
      'create function f(a int) returns int begin atomic select 1; select case a when 1 then 2 end; end',
      "create function g() returns int language plpgsql as $f$ begin return 'x;'; end $f$",
      'create function begin() returns int language sql return 1',
      'create rule r as on insert to t do also (insert into a values (1); insert into b values (2))',
      'do $$ begin commit; end $$',
      "select U&'d\\0061t;', 1.5e3, 0x1F, a @> b, a -- c;\n - b",
      '',
    );
    const glue = fc.constantFrom(' ', '\n', '-- x; \' "\n', "/* ; /* $$ */ ' */", '\t', '--\r', '-- $a$\r\n');
    const piece = fc.tuple(glue, statement, glue).map((parts) => parts.join(''));
    const pieces = fc.array(piece, { minLength: 1, maxLength: 6 }).map((list) => list.join(';'));
    fc.assert(fc.property(pieces, expectAgreement), { numRuns: runs(500) });
  });
});
