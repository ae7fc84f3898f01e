import { expect } from 'chai';
import type { ContextFrame } from '../../lib/sql/error-context.js';
import { offsetInRoutine, offsetOfInner, routineAmong } from '../../lib/sql/routine-place.js';

const plpgsql = (routine: string, line?: number) => ({ kind: 'plpgsql', routine, line }) as const;
const sqlFunction = (routine: string, statement?: number) => ({ kind: 'sql', routine, statement }) as const;

describe('routineAmong', () => {
  const objects = [
    'view public.f',
    'function public.f(integer)',
    'function public.f(integer, text)',
    'function s.f(integer)',
    'function public.g(s.mood)',
    'procedure public.p(integer, OUT integer)',
    'function public."Weird ""Name"("char", text[])',
  ];

  it('tells overloads apart by their types', () => {
    expect(routineAmong(plpgsql('s.f(integer)'), objects)).to.deep.equal(['function s.f(integer)']);
    expect(routineAmong(plpgsql('f(integer,text)'), objects)).to.deep.equal([
      'function public.f(integer, text)',
    ]);
    expect(routineAmong(plpgsql('"Weird ""Name"("char",text[])'), objects)).to.deep.equal([
      'function public."Weird ""Name"("char", text[])',
    ]);
    expect(routineAmong(plpgsql('p(integer)'), objects)).to.have.length(1);
  });

  it('makes do with the number of types, which the search path may have shortened', () => {
    expect(routineAmong(plpgsql('g(mood)'), objects)).to.deep.equal(['function public.g(s.mood)']);
  });

  it('returns all that it may be', () => {
    expect(routineAmong(plpgsql('f(integer)'), objects)).to.have.length(2);
    expect(routineAmong(sqlFunction('f'), objects)).to.have.length(3);
    expect(routineAmong(plpgsql('unknown()'), objects)).to.deep.equal([]);
  });
});

describe('offsetInRoutine', () => {
  const objects = ['view public.v', 'function public.f()', 'function public.g()', 'function public.h()'];
  const text = `create view v as select 1;
create or replace function f() returns int language plpgsql as $$
begin
  perform * from nowhere;
  return 1;
end $$;
create function g() returns int language sql as '
  select ''é'';
  select nam';
create function h() returns int begin atomic select 1; end;
`;
  const at = (
    identity: string,
    frame: Exclude<ContextFrame, { kind: 'block' }>,
    inner?: { text: string; position?: number },
  ) => {
    const offset = offsetInRoutine(
      text,
      objects,
      identity,
      frame,
      inner && { position: undefined, ...inner },
    );
    return offset === undefined ? undefined : text.slice(offset, offset + 11).split('\n')[0];
  };

  it('finds the line of a body', () => {
    expect(at('function public.f()', plpgsql('f()', 3))).to.equal('perform * f');
    expect(at('function public.f()', plpgsql('f()', 4))).to.equal('return 1;');
  });

  it('finds the very place where the server has told it', () => {
    const query = 'SELECT * from nowhere';
    expect(at('function public.f()', plpgsql('f()', 3), { text: query, position: 15 })).to.equal('nowhere;');
    const body = "\n  select 'é';\n  select nam";
    expect(
      at('function public.g()', sqlFunction('g', 2), { text: body, position: body.indexOf('nam') + 1 }),
    ).to.equal("nam';");
  });

  it('finds the statement of an SQL function', () => {
    expect(at('function public.g()', sqlFunction('g', 2))).to.equal("select nam'");
  });

  it('finds the command where the body is no text, or the line is not there', () => {
    expect(at('function public.h()', sqlFunction('h', 1))).to.equal('create func');
    expect(at('function public.f()', plpgsql('f()', 99))).to.equal('create or r');
    expect(at('function public.f()', plpgsql('f()'))).to.equal('create or r');
  });
});

describe('offsetOfInner', () => {
  it('looks into strings within strings', () => {
    const sql = `do $do$ begin execute 'create function f() returns int language sql as $x$ select ''é'', nam $x$'; end $do$`;
    const text = " select 'é', nam ";
    expect(offsetOfInner(sql, 0, { text, position: text.indexOf('nam') + 1 })).to.equal(sql.indexOf('nam'));
    expect(offsetOfInner(sql, 0, { text: 'not there', position: 1 })).to.equal(undefined);
  });
});
