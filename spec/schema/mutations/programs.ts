/** Changes of functions, procedures and aggregates, each with the differences that it makes. */
import type { Mutation } from './mutation.js';

export const programMutations: readonly Mutation[] = [
  {
    title: 'one byte in a function body',
    change:
      'create or replace function app.half(n integer) returns integer language sql immutable as $$select n / 3$$',
    differs: ['function app.half(integer): body select n / 2 → select n / 3'],
  },
  {
    title: 'volatility of a function',
    change:
      'create or replace function app.half(n integer) returns integer language sql stable as $$select n / 2$$',
    differs: ['function app.half(integer): volatility immutable → stable'],
  },
  {
    title: 'a setting of a function',
    change: 'alter function app.half(integer) set work_mem to 1024',
    differs: ['function app.half(integer): settings.work_mem none → 1024'],
  },
  {
    title: 'an overload',
    change: 'create function app.half(n bigint) returns bigint language sql as $$select n / 2$$',
    differs: ['function app.half(bigint): added'],
  },
  {
    title: 'the initial value of an aggregate',
    change: `drop aggregate app.total(integer);
      create aggregate app.total(integer) (sfunc = app.add, stype = integer, initcond = '1')`,
    differs: [
      'aggregate app.total(integer): grants.granted + EXECUTE to snapshot_reader by postgres',
      'aggregate app.total(integer): state.initial 0 → 1',
    ],
  },
  {
    title: 'EXECUTE taken from PUBLIC',
    change: 'revoke execute on function app.half(integer) from public',
    differs: ['function app.half(integer): grants.revoked + EXECUTE to PUBLIC by postgres'],
  },
  {
    title: 'all attributes of a function',
    change:
      'alter function app.many(integer, text[]) volatile called on null input security invoker not leakproof parallel restricted cost 8 rows 4 reset all',
    differs: [
      'function app.many(integer, text[]): securityDefiner true → false',
      'function app.many(integer, text[]): settings.work_mem 1MB → none',
      'function app.many(integer, text[]): volatility stable → volatile',
      'function app.many(integer, text[]): strict true → false',
      'function app.many(integer, text[]): leakproof true → false',
      'function app.many(integer, text[]): parallel safe → restricted',
      'function app.many(integer, text[]): cost 7 → 8',
      'function app.many(integer, text[]): rows 3 → 4',
    ],
  },
  {
    title: 'what a function returns',
    change: `drop function app.half(integer);
      create function app.half(n integer) returns bigint language sql immutable as $$select n / 2$$`,
    differs: [
      'function app.half(integer): grants.granted + EXECUTE to snapshot_reader by postgres',
      'function app.half(integer): returns integer → bigint',
    ],
  },
  {
    title: 'a name and a default of a parameter',
    change: `drop function app.half(integer);
      create function app.half(m integer default 4) returns integer language sql immutable as $$select m / 2$$`,
    differs: [
      'function app.half(integer): grants.granted + EXECUTE to snapshot_reader by postgres',
      'function app.half(integer): parameters.1.name n → m',
      'function app.half(integer): parameters.1.default none → 4',
      'function app.half(integer): body select n / 2 → select m / 2',
    ],
  },
  {
    title: 'a column of a table that a function returns',
    change: `drop function app.many(integer, text[]);
      create function app.many(first integer, variadic rest text[] default '{}') returns table (n integer, u text) language sql stable strict security definer leakproof parallel safe cost 7 rows 3 set work_mem = '1MB' as $$select 1, 'a'$$`,
    differs: [
      'function app.many(integer, text[]): grants.granted + EXECUTE to snapshot_reader by postgres',
      'function app.many(integer, text[]): parameters.4.name t → u',
      'function app.many(integer, text[]): returns TABLE(n integer, t text) → TABLE(n integer, u text)',
    ],
  },
  {
    title: 'another language',
    change: `create or replace function app.half(n integer) returns integer language plpgsql immutable as $$begin return n / 2;end$$`,
    differs: [
      'function app.half(integer): language sql → plpgsql',
      'function app.half(integer): body select n / 2 → begin return n / 2;end',
    ],
  },
  {
    title: 'a body that is parsed',
    change:
      'create or replace function app.half(n integer) returns integer language sql immutable return n / 2',
    differs: [
      'function app.half(integer): body select n / 2 → RETURN (n / 2)',
      'function app.half(integer): parsed false → true',
    ],
  },
  {
    title: 'an expression of a parsed body',
    change: 'create or replace function app.atomic(n integer) returns integer return n + 2',
    differs: ['function app.atomic(integer): body RETURN (n + 1) → RETURN (n + 2)'],
  },
  {
    title: 'a planner support function',
    change: 'alter function app.bulky() support generate_series_int8_support',
    differs: [
      'function app.bulky(): support generate_series_int4_support(internal) → generate_series_int8_support(internal)',
    ],
  },
  {
    title: 'a transform',
    change:
      'create or replace function app.transformed(n integer) returns integer language sql as $$select n$$',
    differs: ['function app.transformed(integer): transforms − integer'],
  },
  {
    title: 'a function that is no window function',
    change: `drop function app.ranked();
      create function app.ranked() returns bigint language sql as $$select 1::bigint$$`,
    differs: [
      'function app.ranked(): grants.granted + EXECUTE to snapshot_reader by postgres',
      'function app.ranked(): language internal → sql',
      'function app.ranked(): body window_row_number → select 1::bigint',
      'function app.ranked(): window true → false',
      'function app.ranked(): cost 1 → 100',
    ],
  },
  {
    title: 'the symbol of an internal function',
    change: `create or replace function app.number_send(app.number) returns bytea language internal immutable strict as 'int8send'`,
    differs: ['function app.number_send(app.number): body int4send → int8send'],
  },
  {
    title: 'a library of a function',
    change: `create or replace function app.number_send(app.number) returns bytea language c immutable strict as '$libdir/plpgsql', 'plpgsql_call_handler'`,
    differs: [
      'function app.number_send(app.number): language internal → c',
      'function app.number_send(app.number): body int4send → plpgsql_call_handler',
      'function app.number_send(app.number): library none → $libdir/plpgsql',
    ],
  },
  {
    title: 'a library of a procedure',
    change: `create or replace procedure app.swap(inout a integer, inout b integer) language c as '$libdir/plpgsql', 'plpgsql_call_handler'`,
    differs: [
      'procedure app.swap(integer, integer): language sql → c',
      'procedure app.swap(integer, integer): body select b, a → plpgsql_call_handler',
      'procedure app.swap(integer, integer): library none → $libdir/plpgsql',
    ],
  },
  {
    title: 'an owner of a function',
    change: 'alter function app.half(integer) owner to snapshot_reader',
    differs: ['function app.half(integer): owner postgres → snapshot_reader'],
  },
  {
    title: 'a comment on a function',
    change: `comment on function app.half(integer) is 'less'`,
    differs: ['function app.half(integer): comment none → less'],
  },
  {
    title: 'an extension that a function depends on',
    change: 'alter function app.half(integer) depends on extension plpgsql',
    differs: ['function app.half(integer): extensions + plpgsql'],
  },
  {
    title: 'a body of a procedure',
    change:
      'create or replace procedure app.swap(inout a integer, inout b integer) language sql as $$select a, b$$',
    differs: ['procedure app.swap(integer, integer): body select b, a → select a, b'],
  },
  {
    title: 'all attributes of a procedure',
    change: `alter procedure app.swap security definer set work_mem = '2MB'`,
    differs: [
      'procedure app.swap(integer, integer): securityDefiner false → true',
      'procedure app.swap(integer, integer): settings.work_mem none → 2MB',
    ],
  },
  {
    title: 'a parameter of a procedure',
    change: `drop procedure app.swap;
      create procedure app.swap(inout a integer, inout c integer) language sql as $$select c, a$$`,
    differs: [
      'procedure app.swap(integer, integer): grants.granted + EXECUTE to snapshot_reader by postgres',
      'procedure app.swap(integer, integer): parameters.2.name b → c',
      'procedure app.swap(integer, integer): body select b, a → select c, a',
    ],
  },
  {
    title: 'another language of a procedure',
    change: `create or replace procedure app.swap(inout a integer, inout b integer) language plpgsql as $$begin null;end$$`,
    differs: [
      'procedure app.swap(integer, integer): language sql → plpgsql',
      'procedure app.swap(integer, integer): body select b, a → begin null;end',
    ],
  },
  {
    title: 'a parsed body of a procedure',
    change: `create or replace procedure app.swap(inout a integer, inout b integer) begin atomic select b, a;
      end`,
    differs: [
      'procedure app.swap(integer, integer): body "select b, a" → "BEGIN ATOMIC\\n SELECT b AS b,\\n     a AS a;\\nEND"',
      'procedure app.swap(integer, integer): parsed false → true',
    ],
  },
  {
    title: 'a transform of a procedure',
    change:
      'create or replace procedure app.swap(inout a integer, inout b integer) transform for type integer language sql as $$select b, a$$',
    differs: ['procedure app.swap(integer, integer): transforms + integer'],
  },
  {
    title: 'an owner of a procedure',
    change: 'alter procedure app.clean owner to snapshot_reader',
    differs: ['procedure app.clean(integer, OUT integer): owner postgres → snapshot_reader'],
  },
  {
    title: 'a grant on a procedure',
    change: 'revoke execute on procedure app.clean from public',
    differs: ['procedure app.clean(integer, OUT integer): grants.revoked + EXECUTE to PUBLIC by postgres'],
  },
  {
    title: 'the moving parts of an aggregate',
    change: `drop aggregate app.mean(float8);
      create aggregate app.mean(float8) (sfunc = float8_accum, stype = float8[], finalfunc = float8_avg, combinefunc = float8_combine, initcond = '{0,0,0}', msfunc = float8pl, minvfunc = float8mi, mstype = float8, minitcond = '1', msspace = 8, parallel = safe)`,
    differs: [
      'aggregate app.mean(double precision): grants.granted + EXECUTE to snapshot_reader by postgres',
      'aggregate app.mean(double precision): moving.space 0 → 8',
      'aggregate app.mean(double precision): moving.initial 0 → 1',
    ],
  },
  {
    title: 'an aggregate without moving parts',
    change: `drop aggregate app.mean(float8);
      create aggregate app.mean(float8) (sfunc = float8_accum, stype = float8[], sspace = 100, finalfunc = float8_var_pop, finalfunc_modify = shareable, initcond = '{0,0,0}')`,
    differs: [
      'aggregate app.mean(double precision): grants.granted + EXECUTE to snapshot_reader by postgres',
      'aggregate app.mean(double precision): state.space 0 → 100',
      'aggregate app.mean(double precision): final.function float8_avg(double precision[]) → float8_var_pop(double precision[])',
      'aggregate app.mean(double precision): final.modify read only → shareable',
      'aggregate app.mean(double precision): combine float8_combine(double precision[],double precision[]) → none',
      'aggregate app.mean(double precision): moving transition float8pl(double precision,double precision) inverse float8mi(double precision,double precision) type double precision space 0 initial 0 modify read only extra false → none',
      'aggregate app.mean(double precision): parallel safe → unsafe',
    ],
  },
  {
    title: 'the state of an aggregate',
    change: `drop aggregate app.total(integer);
      create aggregate app.total(integer) (sfunc = int4_sum, stype = bigint)`,
    differs: [
      'aggregate app.total(integer): grants.granted + EXECUTE to snapshot_reader by postgres',
      'aggregate app.total(integer): returns integer → bigint',
      'aggregate app.total(integer): transition app.add(integer,integer) → int4_sum(bigint,integer)',
      'aggregate app.total(integer): state.type integer → bigint',
      'aggregate app.total(integer): state.initial 0 → none',
    ],
  },
  {
    title: 'functions of an aggregate',
    change: `drop aggregate app.sums(numeric);
      create aggregate app.sums(numeric) (sfunc = numeric_avg_accum, stype = internal, finalfunc = numeric_avg)`,
    differs: [
      'aggregate app.sums(numeric): grants.granted + EXECUTE to snapshot_reader by postgres',
      'aggregate app.sums(numeric): final.function numeric_sum(internal) → numeric_avg(internal)',
      'aggregate app.sums(numeric): combine numeric_avg_combine(internal,internal) → none',
      'aggregate app.sums(numeric): serialize numeric_avg_serialize(internal) → none',
      'aggregate app.sums(numeric): deserialize numeric_avg_deserialize(bytea,internal) → none',
    ],
  },
  {
    title: 'an operator to sort an aggregate by',
    change: `drop aggregate app.least(integer);
      create aggregate app.least(integer) (sfunc = int4smaller, stype = integer)`,
    differs: [
      'aggregate app.least(integer): grants.granted + EXECUTE to snapshot_reader by postgres',
      'aggregate app.least(integer): sortOperator <(integer,integer) → none',
    ],
  },
  {
    title: 'the kind of an aggregate',
    change: `drop aggregate app.ranked_at(float8, float8);
      create aggregate app.ranked_at(float8, float8) (sfunc = float8_regr_accum, stype = float8[], initcond = '{0,0,0,0,0,0}')`,
    differs: [
      'aggregate app.ranked_at(double precision, double precision): grants.granted + EXECUTE to snapshot_reader by postgres',
      'aggregate app.ranked_at(double precision, double precision): returns double precision → double precision[]',
      'aggregate app.ranked_at(double precision, double precision): aggregates ordered set → normal',
      'aggregate app.ranked_at(double precision, double precision): directParameters 1 → 0',
      'aggregate app.ranked_at(double precision, double precision): transition ordered_set_transition(internal,"any") → float8_regr_accum(double precision[],double precision,double precision)',
      'aggregate app.ranked_at(double precision, double precision): state.type internal → double precision[]',
      'aggregate app.ranked_at(double precision, double precision): state.initial none → {0,0,0,0,0,0}',
      'aggregate app.ranked_at(double precision, double precision): final.function percentile_disc_final(internal,double precision,anyelement) → none',
      'aggregate app.ranked_at(double precision, double precision): final.modify read write → read only',
      'aggregate app.ranked_at(double precision, double precision): final.extra true → false',
    ],
  },
  {
    title: 'a parameter of an aggregate',
    change: `drop aggregate app.least(integer);
      create aggregate app.least(n integer) (sfunc = int4smaller, stype = integer, sortop = <)`,
    differs: [
      'aggregate app.least(integer): grants.granted + EXECUTE to snapshot_reader by postgres',
      'aggregate app.least(integer): parameters.1.name none → n',
    ],
  },
  {
    title: 'an owner of an aggregate',
    change: 'alter aggregate app.least(integer) owner to snapshot_reader',
    differs: ['aggregate app.least(integer): owner postgres → snapshot_reader'],
  },
  {
    title: 'a grant on an aggregate',
    change: 'revoke execute on function app.least(integer) from public',
    differs: ['aggregate app.least(integer): grants.revoked + EXECUTE to PUBLIC by postgres'],
  },
];
