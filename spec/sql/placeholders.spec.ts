import { expect } from 'chai';
import {
  commandsOf,
  countPlaceholders,
  numberPlaceholders,
  takesValues,
  withoutPlaceholders,
} from '../../lib/sql/placeholders.js';

describe('placeholders', () => {
  const quoted = `'a?' E'\\'?' "b?" $$c?$$ $x$d?$x$ -- e?
/* f? /* ? */ */`;

  it('are numbered outside of quotes and comments', () => {
    expect(numberPlaceholders(`${quoted} ? \\? ?`)).to.equal(`${quoted} $1 ? $2`);
    expect(countPlaceholders(`${quoted} ? \\? ?`)).to.equal(2);
  });

  it('are none where there are no values', () => {
    expect(withoutPlaceholders(`${quoted} ? \\? ?|`)).to.equal(`${quoted} ? ? ?|`);
  });

  it('leave alone what stands in something that is never closed', () => {
    expect(numberPlaceholders("? 'a ?")).to.equal("$1 'a ?");
  });
});

describe('takesValues', () => {
  const taking = (sql: string) => commandsOf(sql).map(takesValues);

  it('is true of commands that are planned', () => {
    for (const sql of [
      'select 1',
      '(select 1) union select 2',
      'with a as (select 1) select * from a',
      'insert into a values (1)',
      'update a set b = 1',
      'delete from a',
      'values (1)',
      'call a(1)',
      'explain select 1',
      'create table a as select 1',
      'create temp table a as select 1',
    ])
      expect(taking(sql), sql).to.deep.equal([true]);
  });

  it('is false of all others', () => {
    for (const sql of [
      'alter table a add check (b > 1)',
      'create table a (b int default 1)',
      'create view a as select 1',
      'create materialized view a as select 1',
      'comment on table a is 1',
      'set a = 1',
      'do 1',
    ])
      expect(taking(sql), sql).to.deep.equal([false]);
  });
});
