import { expect } from 'chai';
import { readPsqlFile } from '../../lib/sql/psql-file.js';

/** What is left, left out and refused, each as its text. */
function read(sql: string) {
  const { commands, leftOut, refusals, text } = readPsqlFile(sql);
  expect(text.length, 'all stands where it stood').to.equal(sql.length);
  return {
    commands: commands.map((command) => command.text),
    leftOut: leftOut.map(({ offset, end }) => sql.slice(offset, end)),
    refused: refusals.map(({ offset, end, reason }) => `${sql.slice(offset, end).trimEnd()}: ${reason}`),
  };
}

const create = "create function f() returns text language sql as $$ select '\\x' || ':a' $$";

describe('readPsqlFile', () => {
  it('leaves out what only psql is told, and the transaction round the file', () => {
    const sql = `\\set ON_ERROR_STOP on\n\\echo it's loading :x\n\\restrict abc\nBEGIN;\nset client_encoding = 'UTF8';\nSELECT pg_catalog.set_config('search_path', '', false);\n${create};\nCOMMIT;\n\\unrestrict abc\n`;
    expect(read(sql)).to.deep.equal({
      commands: [create],
      leftOut: [
        '\\set ON_ERROR_STOP on\n',
        "\\echo it's loading :x\n",
        '\\restrict abc\n',
        '\\unrestrict abc\n',
        'BEGIN;\n',
        "set client_encoding = 'UTF8';\n",
        "SELECT pg_catalog.set_config('search_path', '', false);\n",
        'COMMIT;\n',
      ],
      refused: [],
    });
  });

  it('refuses what carries, includes or chooses, all at once', () => {
    const sql = `\\i other.sql\n\\copy t from 'x'\n\\if :a\n\\set x 1\nselect 1 \\gexec\n${create};\n\\connect other`;
    expect(read(sql).refused).to.deep.equal([
      '\\i other.sql: "\\i" reads another file',
      '\\copy t from \'x\': "\\copy" carries data',
      '\\if :a: "\\if" chooses what is run',
      '\\set x 1: "\\set" sets a variable',
      '\\gexec: "\\gexec" sends a statement in a way of psql',
      '\\connect other: "\\connect" changes the database',
    ]);
    expect(read(sql).commands).to.deep.equal(['select 1', create]);
  });

  it('refuses data behind COPY, and reads on after it', () => {
    const sql = `copy t (a, b) from stdin;\n1\tit's\n\\\\i\n\\.\n${create};\n`;
    expect(read(sql)).to.deep.equal({
      commands: [create],
      leftOut: [],
      refused: ['copy t (a, b) from stdin;: COPY … FROM stdin carries data'],
    });
  });

  it('refuses variables, and takes nothing else for one', () => {
    expect(read(`select :a, :'b', :"c";`).refused).to.have.length(3);
    const plain = `select a::int, b[1:n], b[:n], f(a := 1), ':x', "y:z", $1 -- :c`;
    expect(read(plain).refused).to.deep.equal([]);
  });

  it('refuses to part or end the transaction, and settings that matter', () => {
    const sql = 'savepoint a; rollback; commit and chain; set search_path = x; reset all; set role y';
    expect(read(sql).refused.map((text) => text.split(':')[0])).to.deep.equal([
      'savepoint a;',
      'rollback;',
      'commit and chain;',
      'set search_path = x;',
      'reset all;',
      'set role y',
    ]);
  });

  it('refuses what is not closed', () => {
    expect(read("select 'a").refused).to.deep.equal(["'a: a string is not closed"]);
  });
});
