import { expect } from 'chai';
import { openProject, revision } from '../../lib/index.js';
import { temporaryProject } from '../helpers/project.js';
import { rejectionOf } from '../helpers/thrown.js';

const fn = (name: string) =>
  `create or replace function ${name}() returns text language sql as $$ select '1'::text $$;`;

describe('an SQL file that cannot be frozen', () => {
  for (const [what, bytes, code, place, message] of [
    ['NUL', `${fn('f')}\n-- ü \0`, 'ASSET_UNREADABLE', '2:6', 'the file holds a NUL character'],
    [
      'Latin-1 bytes',
      Buffer.from(`-- a\n-- ü\n${fn('f')}`, 'latin1'),
      'ASSET_UNREADABLE',
      '2:4',
      'the file is not UTF-8',
    ],
    [
      'UTF-16',
      Buffer.from(`\uFEFF${fn('f')}`, 'utf16le'),
      'ASSET_UNREADABLE',
      '1:1',
      'the file is not UTF-8',
    ],
    [
      'half a dollar quote',
      `select 1;\n  create function f() returns int language sql as $x$ select 1`,
      'SQL_UNTERMINATED',
      '2:51',
      'is not closed',
    ],
    ['half a quote', `-- é\ncomment on view v is 'x;\n`, 'SQL_UNTERMINATED', '2:22', 'is not closed'],
    ['half a comment', `${fn('f')}\n/* x`, 'SQL_UNTERMINATED', '2:1', 'is not closed'],
    ['\\i', `${fn('f')}\n\\i other.sql\n`, 'ASSET_UNREADABLE', '2:1', '"\\i" is a psql command'],
    ['\\set', '\\set ON_ERROR_STOP 1\n', 'ASSET_UNREADABLE', '1:1', '"\\set" is a psql command'],
    ['\\copy', `-- x\n\\copy t from 't.csv'\n`, 'ASSET_UNREADABLE', '2:1', '"\\copy" is a psql command'],
    ['COPY FROM stdin', `\ncopy t (a) from stdin;\n1\n\\.\n`, 'ASSET_UNREADABLE', '2:1', 'COPY … FROM stdin'],
    [
      'COPY FROM stdin with half a quote in its data',
      `copy t (a) from stdin;\nit's\n\\.\n`,
      'ASSET_UNREADABLE',
      '1:1',
      'COPY … FROM stdin',
    ],
    ['COPY FROM a file', `copy t from '/tmp/t.csv'`, 'ASSET_MISPLACED', '1:1', 'COPY writes data'],
    ['COMMIT', `${fn('f')}\n commit;\n`, 'TRANSACTION_CONTROL', '2:2', '"COMMIT" would end'],
    ['BEGIN', `begin;\n${fn('f')}\n`, 'TRANSACTION_CONTROL', '1:1', '"BEGIN" would end'],
    [
      'a psql variable',
      `${fn('f')}\nalter function f() owner to :owner;`,
      'ASSET_SYNTAX',
      '2:29',
      'syntax error at or near ":"',
    ],
    [
      'a quoted psql variable',
      `comment on view v is :'text'`,
      'ASSET_SYNTAX',
      '1:22',
      'syntax error at or near ":"',
    ],
    [
      'a syntax error after multi-byte text',
      `-- 変 𝒳\ncreate view "ü𝒳" as select 'ü𝒳' fromm x;`,
      'ASSET_SYNTAX',
      '2:39',
      'syntax error at or near "x"',
    ],
    [
      'CREATE INDEX CONCURRENTLY',
      `create materialized view m as select 1 as a;\ncreate index concurrently i on m (a);`,
      'ASSET_MISPLACED',
      '2:1',
      'cannot run inside the transaction',
    ],
    [
      'CREATE TABLE',
      `-- x\n\n create table t (a int);`,
      'ASSET_MISPLACED',
      '3:2',
      'CREATE TABLE makes what holds data',
    ],
    ['INSERT', `${fn('f')} insert into t values (1)`, 'ASSET_MISPLACED', '1:85', 'INSERT writes data'],
  ] as const) {
    it(`with ${what} is refused, at its place, and nothing is changed`, async () => {
      const project = temporaryProject({
        'knexfile.mjs': 'export default { client: "pg" };',
        'migrations/.gitkeep': '',
      });
      project.write('raw_sql/procs/ä b.sql', bytes);
      const error = await rejectionOf(
        revision(await openProject({ folder: project.root }), {
          message: 'odd',
          revisionId: 'a',
          autogenerate: true,
        }),
      );
      expect([error.code, error.where]).to.deep.equal([code, `raw_sql/procs/ä b.sql:${place}`]);
      expect(error.message).to.include(message);
      expect(error.excerpt, 'a caret').to.match(/\^$/);
      expect((await openProject({ folder: project.root })).graph.ids).to.deep.equal([]);
    });
  }
});
