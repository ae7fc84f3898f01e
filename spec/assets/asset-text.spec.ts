import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { assertSendable, decodeAsset, hashAsset } from '../../lib/assets/asset-text.js';
import { factsOf, thrownBy } from '../helpers/thrown.js';

const file = 'raw_sql/procs/a.sql';
const bytes = (...parts: (string | number)[]) =>
  Buffer.concat(parts.map((part) => (typeof part === 'number' ? Buffer.from([part]) : Buffer.from(part))));

describe('decodeAsset', () => {
  it('drops a byte order mark, and reads the line ends of Windows as LF', () => {
    expect(decodeAsset(bytes('\uFEFFselect 1;\r\nselect 2;\r\n'), file)).to.equal('select 1;\nselect 2;\n');
  });

  it('changes nothing else', () => {
    const text = "  select 'é𝒳\uFEFF\r\t' ;  \n\n";
    expect(decodeAsset(bytes(text), file)).to.equal(text);
  });

  it('refuses bytes that are not UTF-8, with line, column and a caret', () => {
    const error = thrownBy(() => decodeAsset(bytes("select 1;\nselect '", 0xe9, "';"), file));
    expect(factsOf(error)).to.deep.equal({
      code: 'ASSET_UNREADABLE',
      message: 'the file is not UTF-8',
      where: 'raw_sql/procs/a.sql:2:9',
      next: 'save it as UTF-8',
    });
    expect(error.excerpt).to.equal("1 | select 1;\n2 | select '\uFFFD';\n  |         ^");
  });

  it('refuses NUL', () => {
    expect(factsOf(thrownBy(() => decodeAsset(bytes('select\r\n 1', 0, ';'), file)))).to.deep.equal({
      code: 'ASSET_UNREADABLE',
      message: 'the file holds a NUL character, which PostgreSQL cannot store',
      where: 'raw_sql/procs/a.sql:2:3',
      next: 'remove it',
    });
  });
});

describe('hashAsset', () => {
  it('is SHA-256 over the normalised text', () => {
    expect(hashAsset('é\n')).to.equal(createHash('sha256').update(Buffer.from('é\n')).digest('hex'));
    expect(hashAsset(decodeAsset(bytes('\uFEFFa\r\n'), file))).to.equal(hashAsset('a\n'));
  });
});

describe('assertSendable', () => {
  it('lets plain SQL pass, whatever its bodies and texts hold', () => {
    for (const sql of [
      '',
      '-- \\connect other\n/*\n\\d\n*/ select 1;',
      "create function f() returns text language sql as $a$ select '\n\\d' $a$;",
      "create function f() returns text language plpgsql as $$\nbegin\n  return E'a\n\\\\n';\nend $$",
      "select 'a\n\\d'",
      "select E'it\\'s', 'b\n\\d'",
      'select 1 /*\n\\d\n*/ + 1',
      'select "a\n\\d"',
      'copy t from program $$x$$; copy (select 1) to stdout',
    ])
      expect(() => assertSendable(sql, file), sql).to.not.throw();
  });

  it('refuses commands of psql, with line, column and a caret', () => {
    const error = thrownBy(() => assertSendable('select 1;\n\n  \\connect other\nselect 2;', file));
    expect(factsOf(error)).to.deep.equal({
      code: 'ASSET_UNREADABLE',
      message: '"\\connect" is a psql command, not SQL',
      where: 'raw_sql/procs/a.sql:3:3',
      next: 'write plain SQL; limbeck sends the file to the server, not to psql',
    });
    expect(error.excerpt).to.equal('1 | select 1;\n2 | \n3 |   \\connect other\n  |   ^');
    expect(thrownBy(() => assertSendable("\\set x 'y'\nselect 1", file)).where).to.equal(`${file}:1:1`);
    expect(thrownBy(() => assertSendable('select 1\n\\gx', file)).where).to.equal(`${file}:2:1`);
  });

  it('refuses COPY from the client', () => {
    const error = thrownBy(() => assertSendable('select 1;\nCOPY t (a)\n  FROM STDIN;', file));
    expect(factsOf(error)).to.deep.equal({
      code: 'ASSET_UNREADABLE',
      message: 'COPY … FROM stdin carries data that only psql can send',
      where: 'raw_sql/procs/a.sql:2:1',
      next: 'write INSERT statements, in a migration',
    });
  });

  it('refuses transaction control and what is left open', () => {
    const control = thrownBy(() => assertSendable('select 1;\nbegin;', file));
    expect([control.code, control.where]).to.deep.equal(['TRANSACTION_CONTROL', 'raw_sql/procs/a.sql:2:1']);
    const open = thrownBy(() => assertSendable('select $$1;', file));
    expect([open.code, open.where]).to.deep.equal(['SQL_UNTERMINATED', 'raw_sql/procs/a.sql:1:8']);
  });
});
