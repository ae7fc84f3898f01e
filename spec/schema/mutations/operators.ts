/** Changes of operators, casts, transforms and conversions, each with the differences that it makes. */
import type { Mutation } from './mutation.js';

export const operatorMutations: readonly Mutation[] = [
  {
    title: 'an operator',
    change: 'create operator app.<=> (function = app.add, leftarg = integer, rightarg = integer)',
    differs: ['operator app.<=>(integer, integer): added'],
  },
  {
    title: 'a context and method of a cast',
    change: `drop cast (app.point as app.size);
      create function app.size_of(app.point) returns app.size language sql as $$select 'small'::app.size$$;
      create cast (app.point as app.size) with function app.size_of(app.point) as assignment`,
    differs: [
      'cast (app.point as app.size): context explicit → assignment',
      'cast (app.point as app.size): method inout → function',
      'cast (app.point as app.size): function none → app.size_of(app.point)',
      'function app.size_of(app.point): added',
    ],
  },
  {
    title: 'a transform that goes one way',
    change: `drop function app.transformed(integer);
      drop transform for integer language sql cascade;
      create transform for integer language sql (to sql with function int4recv(internal));
      create function app.transformed(n integer) returns integer transform for type integer language sql as $$select n$$`,
    differs: [
      'function app.transformed(integer): grants.granted + EXECUTE to snapshot_reader by postgres',
      'transform for integer language sql: fromSql prsd_lextype(internal) → none',
    ],
    differsOn15: [
      'function app.bulky(): removed',
      'function app.same(integer, integer): removed',
      'function app.transformed(integer): grants.granted + EXECUTE to snapshot_reader by postgres',
      'operator app.===(integer, integer): removed',
      'transform for integer language sql: fromSql prsd_lextype(internal) → none',
    ],
  },
  {
    title: 'another direction of a transform',
    change: `drop function app.transformed(integer);
      drop transform for integer language sql cascade;
      create transform for integer language sql (from sql with function prsd_lextype(internal));
      create function app.transformed(n integer) returns integer transform for type integer language sql as $$select n$$`,
    differs: [
      'function app.transformed(integer): grants.granted + EXECUTE to snapshot_reader by postgres',
      'transform for integer language sql: toSql int4recv(internal) → none',
    ],
    differsOn15: [
      'function app.bulky(): removed',
      'function app.same(integer, integer): removed',
      'function app.transformed(integer): grants.granted + EXECUTE to snapshot_reader by postgres',
      'operator app.===(integer, integer): removed',
      'transform for integer language sql: toSql int4recv(internal) → none',
    ],
  },
  {
    title: 'the properties of a conversion',
    change: `drop conversion app.latin;
      create default conversion app.latin for 'LATIN2' to 'UTF8' from iso8859_to_utf8;
      alter conversion app.latin owner to snapshot_reader`,
    differs: [
      'conversion app.latin: owner postgres → snapshot_reader',
      'conversion app.latin: source LATIN1 → LATIN2',
      'conversion app.latin: function iso8859_1_to_utf8(integer,integer,cstring,internal,integer,boolean) → iso8859_to_utf8(integer,integer,cstring,internal,integer,boolean)',
      'conversion app.latin: default false → true',
    ],
  },
  {
    title: 'the other end of a conversion',
    change: `drop conversion app.latin;
      create conversion app.latin for 'UTF8' to 'LATIN1' from utf8_to_iso8859_1`,
    differs: [
      'conversion app.latin: source LATIN1 → UTF8',
      'conversion app.latin: target UTF8 → LATIN1',
      'conversion app.latin: function iso8859_1_to_utf8(integer,integer,cstring,internal,integer,boolean) → utf8_to_iso8859_1(integer,integer,cstring,internal,integer,boolean)',
    ],
  },
  {
    title: 'the properties of an operator',
    change: `drop operator app.===(integer, integer);
      create operator app.=== (function = app.same, leftarg = integer, rightarg = integer, commutator = operator(app.===), negator = operator(app.!==), restrict = eqsel, join = eqjoinsel, hashes, merges)`,
    differs: [
      'operator app.!==(integer, integer): added',
      'operator app.===(integer, integer): commutator none → app.===(integer,integer)',
      'operator app.===(integer, integer): negator none → app.!==(integer,integer)',
      'operator app.===(integer, integer): restrict none → eqsel(internal,oid,internal,integer)',
      'operator app.===(integer, integer): join none → eqjoinsel(internal,oid,internal,smallint,internal)',
      'operator app.===(integer, integer): merges false → true',
      'operator app.===(integer, integer): hashes false → true',
    ],
  },
  {
    title: 'the function of an operator',
    change: `drop operator app.===(integer, integer);
      create operator app.=== (function = app.add, leftarg = integer, rightarg = integer)`,
    differs: [
      'operator app.===(integer, integer): returns boolean → integer',
      'operator app.===(integer, integer): function app.same(integer,integer) → app.add(integer,integer)',
    ],
  },
  {
    title: 'an owner of an operator',
    change: 'alter operator app.===(integer, integer) owner to snapshot_reader',
    differs: ['operator app.===(integer, integer): owner postgres → snapshot_reader'],
  },
  {
    title: 'an operator of an operator family',
    change:
      'alter operator family app.family using btree add operator 1 > (integer, bigint), function 1 btint48cmp(integer, bigint)',
    differs: [
      'operator family app.family using btree: operators + strategy 1 operator >(integer,bigint)',
      'operator family app.family using btree: functions + number 1 function btint48cmp(integer,bigint) left integer right bigint',
    ],
  },
  {
    title: 'an operator to order by of an operator family',
    change:
      'alter operator family app.geometry using gist add operator 15 <-> (point, point) for order by float_ops',
    differs: [
      'operator family app.geometry using gist: operators + strategy 15 operator <->(point,point) orderBy pg_catalog.float_ops',
    ],
  },
  {
    title: 'an owner of an operator family',
    change: 'alter operator family app.family using btree owner to snapshot_reader',
    differs: ['operator family app.family using btree: owner postgres → snapshot_reader'],
  },
  {
    title: 'a default operator class',
    change: `drop operator class app.stored using gist;
      create operator class app.stored default for type app.pair using gist family app.geometry as storage integer, function 1 gist_point_consistent(internal, point, smallint, oid, internal)`,
    differs: ['operator class app.stored using gist: default false → true'],
  },
  {
    title: 'an owner of an operator class',
    change: 'alter operator class app.backwards using btree owner to snapshot_reader',
    differs: ['operator class app.backwards using btree: owner postgres → snapshot_reader'],
  },
  {
    title: 'what an operator class stores',
    change: `drop operator class app.stored using gist;
      create operator class app.stored for type app.pair using gist family app.geometry as function 1 gist_point_consistent(internal, point, smallint, oid, internal)`,
    differs: ['operator class app.stored using gist: storage integer → none'],
  },
  {
    title: 'the type and family of an operator class',
    change: `drop operator class app.backwards using btree;
      create operator class app.backwards default for type app.count using btree as operator 1 >(integer, integer), operator 3 =(integer, integer), function 1 btint4cmp(integer, integer)`,
    differs: [
      'operator class app.backwards using btree: type integer → app.count',
      'operator class app.backwards using btree: default false → true',
      'operator class app.backwards using btree: family app.family → app.backwards',
      'operator family app.backwards using btree: added',
      'operator family app.family using btree: operators − strategy 1 operator >(integer,integer), − strategy 2 operator >=(integer,integer), − strategy 3 operator =(integer,integer), − strategy 4 operator <=(integer,integer), − strategy 5 operator <(integer,integer)',
      'operator family app.family using btree: functions − number 1 function btint4cmp(integer,integer) left integer right integer',
    ],
  },
];
