import { expect } from 'chai';
import { parseIdentity } from '../../lib/sql/identity.js';
import { identityOf, parseSql } from '../../lib/sql/parse.js';

describe('parseIdentity', () => {
  it('takes apart what identityOf writes', async () => {
    const sql = `create function app."Strange. (name"(a int, b "My, type") returns int language sql as 'select 1';
create procedure p(a int, out b text, inout c int) language sql as 'select 1, 2';
create function f() returns int language sql as 'select 1';
create materialized view m as select 1; create domain d as int;`;
    const { objects } = await parseSql(sql, 'f.sql', 'public');
    expect(objects.map(identityOf).map(parseIdentity)).to.deep.equal([
      { kind: 'function', schema: 'app', name: 'Strange. (name', inputs: 3 },
      { kind: 'procedure', schema: 'public', name: 'p', inputs: 2 },
      { kind: 'function', schema: 'public', name: 'f', inputs: 0 },
      { kind: 'materialized view', schema: 'public', name: 'm', inputs: 0 },
      { kind: 'domain', schema: 'public', name: 'd', inputs: 0 },
    ]);
  });

  it('knows what is no identity', () => {
    expect(parseIdentity('rubbish')).to.equal(undefined);
  });
});
