import { expect } from 'chai';
import { comparableIdentity, dropText, mentionableName, parseIdentity } from '../../lib/sql/identity.js';
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
    expect(parseIdentity('trigger t on public.builds')).to.equal(undefined);
  });
});

describe('dropText', () => {
  it('drops what was created, and revokes what was granted', () => {
    for (const [identity, text] of [
      ['function public.f(integer)', 'drop function public.f(integer)'],
      ['trigger t on public.b', 'drop trigger t on public.b'],
      ['revoke all on function public.f() from public', 'grant all on function public.f() to public'],
      ['grant select on table public.b to app', 'revoke select on table public.b from app'],
      [
        'grant update (a) on table s."to" to "My to role" with grant option granted by x',
        'revoke update (a) on table s."to" from "My to role" granted by x',
      ],
      [
        'default privileges for role x in schema s grant select on tables to app with grant option',
        'alter default privileges for role x in schema s revoke select on tables from app',
      ],
      [
        'default privileges revoke execute on functions from public',
        'alter default privileges grant execute on functions to public',
      ],
    ] as const)
      expect(dropText(identity)).to.equal(text);
  });
});

describe('comparableIdentity', () => {
  it('is the same for spellings of one object', () => {
    const same = (a: string, b: string) =>
      expect(comparableIdentity(a, 'app')).to.equal(comparableIdentity(b, 'app'));
    same('function app.f(mood)', 'function app.f(app.mood)');
    same('function app."f"(integer)', 'procedure app.f(integer, OUT text)');
    same('aggregate app.f(*)', 'function app.f()');
    same('view app.v', 'materialized view app.v');
    expect(comparableIdentity('function app.f(mood, app.t.id%TYPE)', 'app')).to.equal(
      comparableIdentity('function app.f(app.mood, t.id%TYPE)', 'app'),
    );
    same('type app.v', 'view app.v');
    expect(comparableIdentity('function "S".f("S".mood)', 'S')).to.equal(
      comparableIdentity('function "S".f(mood)', 'S'),
    );
    expect(comparableIdentity('function app.f(mood)', 'app')).to.not.equal(
      comparableIdentity('function app.f(other.mood)', 'app'),
    );
  });
});

describe('mentionableName', () => {
  it('is the name without schema and signature, of what can be mentioned', () => {
    const names = [
      'function public.f(date)',
      'view "S"."My ""v"',
      'operator public.===(a.b, c)',
      'operator class public.oc using btree',
      'trigger t on public.b',
      'grant select on table public.b to app',
    ].map(mentionableName);
    expect(names).to.deep.equal(['f', 'My "v', '===', undefined, undefined, undefined]);
  });
});
