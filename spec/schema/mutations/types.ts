/** Changes of types, each with the differences that it makes. */
import type { Mutation } from './mutation.js';

export const typeMutations: readonly Mutation[] = [
  {
    title: 'an enum label',
    change: `alter type app.state rename value 'done' to 'closed'`,
    differs: ['type app.state: labels − done, + closed'],
  },
  {
    title: 'the order of enum labels',
    change: `drop type app.scale;
      create type app.scale as enum ('large', 'small')`,
    differs: ['type app.scale: labels (small, large) → (large, small)'],
  },
  {
    title: 'a default of a domain',
    change: 'alter domain app.count set default 2',
    differs: ['domain app.count: default 1 → 2'],
  },
  {
    title: 'NOT NULL of a domain',
    change: 'alter domain app.count set not null',
    differs: ['domain app.count: notNull false → true'],
  },
  {
    title: 'a difference function of a range',
    change: `drop type app.span;
      create type app.span as range (subtype = float8)`,
    differs: ['type app.span: difference float8mi(double precision,double precision) → none'],
  },
  {
    title: 'a comment on a composite type',
    change: `comment on type app.point is 'new'`,
    differs: ['type app.point: comment none → new'],
  },
  {
    title: 'a grant on a type',
    change: 'grant usage on type app.state to snapshot_reader with grant option',
    differs: ['type app.state: grants.granted + USAGE to snapshot_reader with grant option by postgres'],
  },
  {
    title: 'an owner of a type',
    change: 'alter type app.state owner to snapshot_reader',
    differs: ['type app.state: owner postgres → snapshot_reader'],
  },
  {
    title: 'one more label, in its place',
    change: `alter type app.state add value 'open' before 'done'`,
    differs: ['type app.state: labels + open'],
  },
  {
    title: 'the order of attributes',
    change: `drop type app.named;
      create type app.named as (n integer, label text collate app.by_c)`,
    differs: ['type app.named: attributes (label, n) → (n, label)'],
  },
  {
    title: 'a renamed attribute',
    change: 'alter type app.pair rename attribute y to z',
    differs: ['attribute app.pair.y: removed', 'attribute app.pair.z: added'],
  },
  {
    title: 'a comment on an attribute',
    change: `comment on column app.pair.y is 'down'`,
    differs: ['attribute app.pair.y: comment none → down'],
  },
  {
    title: 'an owner of a composite type',
    change: 'alter type app.pair owner to snapshot_reader',
    differs: ['type app.pair: owner postgres → snapshot_reader'],
  },
  {
    title: 'a grant on a composite type',
    change: 'revoke usage on type app.pair from public',
    differs: ['type app.pair: grants.revoked + USAGE to PUBLIC by postgres'],
  },
  {
    title: 'a collation of a domain',
    change: `drop domain app.label;
      create domain app.label as text`,
    differs: ['domain app.label: collation app.by_c → none'],
  },
  {
    title: 'the base of a domain',
    change: `drop domain app.label;
      create domain app.label as varchar(7) collate app.by_c`,
    differs: ['domain app.label: base text → character varying(7)'],
  },
  {
    title: 'an owner of a domain',
    change: 'alter domain app.label owner to snapshot_reader',
    differs: ['domain app.label: owner postgres → snapshot_reader'],
  },
  {
    title: 'a grant on a domain',
    change: 'grant usage on domain app.label to snapshot_reader',
    differs: ['domain app.label: grants.granted + USAGE to snapshot_reader by postgres'],
  },
  {
    title: 'another subtype, collation and multirange of a range',
    change: `drop type app.words_span;
      create type app.words_span as range (subtype = varchar, multirange_type_name = app.others)`,
    differs: [
      'type app.words_span: subtype text → character varying',
      'type app.words_span: collation "C" → none',
      'type app.words_span: multirange app.words_spans → app.others',
    ],
  },
  {
    title: 'an operator class of a range',
    change: `drop type app.words_span;
      create type app.words_span as range (subtype = text, subtype_opclass = text_pattern_ops, collation = "C", multirange_type_name = app.words_spans)`,
    differs: ['type app.words_span: operatorClass pg_catalog.text_ops → pg_catalog.text_pattern_ops'],
  },
  {
    title: 'a canonical function of a range',
    change: `drop type app.span;
      create type app.span;
      create function app.canon(app.span) returns app.span language internal immutable strict as 'int4range_canonical';
      create type app.span as range (subtype = integer, canonical = app.canon)`,
    differs: [
      'function app.canon(app.span): added',
      'type app.span: subtype double precision → integer',
      'type app.span: operatorClass pg_catalog.float8_ops → pg_catalog.int4_ops',
      'type app.span: canonical none → app.canon(app.span)',
      'type app.span: difference float8mi(double precision,double precision) → none',
    ],
  },
  {
    title: 'an owner of a range',
    change: 'alter type app.span owner to snapshot_reader',
    differs: ['type app.span: owner postgres → snapshot_reader'],
  },
  {
    title: 'a grant on a range',
    change: 'revoke usage on type app.span from public',
    differs: ['type app.span: grants.revoked + USAGE to PUBLIC by postgres'],
  },
  {
    title: 'a shell type that is defined',
    change: `create function app.shell_in(cstring) returns app.shell language internal immutable strict as 'int4in';
      create function app.shell_out(app.shell) returns cstring language internal immutable strict as 'int4out';
      create type app.shell (input = app.shell_in, output = app.shell_out, internallength = 4, passedbyvalue, alignment = int4)`,
    differs: [
      'function app.shell_in(cstring): added',
      'function app.shell_out(app.shell): added',
      'type app.shell: defined false → true',
      'type app.shell: input shell_in(cstring) → app.shell_in(cstring)',
      'type app.shell: output shell_out(void) → app.shell_out(app.shell)',
      'type app.shell: category P → U',
    ],
  },
  {
    title: 'the functions of a base type',
    change: 'alter type app.number set (receive = app.number_recv, send = app.number_send, storage = plain)',
    differs: [
      'type app.number: receive none → app.number_recv(internal)',
      'type app.number: send none → app.number_send(app.number)',
    ],
  },
  {
    title: 'the properties of a base type',
    change: `drop type app.number cascade;
      create type app.number;
      create function app.number_in(cstring) returns app.number language internal immutable strict as 'textin';
      create function app.number_out(app.number) returns cstring language internal immutable strict as 'textout';
      create function app.number_send(app.number) returns bytea language internal immutable strict as 'int4send';
      create function app.number_recv(internal) returns app.number language internal immutable strict as 'int4recv';
      create type app.number (input = app.number_in, output = app.number_out, internallength = variable, alignment = double, storage = main, category = 'S', preferred, delimiter = ';', element = integer, default = 'x', collatable, typmod_in = varchartypmodin, typmod_out = varchartypmodout, analyze = array_typanalyze, subscript = raw_array_subscript_handler)`,
    differs: [
      'function app.number_in(cstring): grants.granted + EXECUTE to snapshot_reader by postgres',
      'function app.number_in(cstring): body int4in → textin',
      'function app.number_out(app.number): grants.granted + EXECUTE to snapshot_reader by postgres',
      'function app.number_out(app.number): body int4out → textout',
      'function app.number_recv(internal): grants.granted + EXECUTE to snapshot_reader by postgres',
      'function app.number_send(app.number): grants.granted + EXECUTE to snapshot_reader by postgres',
      'type app.number: modifierInput none → varchartypmodin(cstring[])',
      'type app.number: modifierOutput none → varchartypmodout(integer)',
      'type app.number: analyze none → array_typanalyze(internal)',
      'type app.number: subscript none → raw_array_subscript_handler(internal)',
      'type app.number: length 4 → -1',
      'type app.number: byValue true → false',
      'type app.number: alignment int4 → double',
      'type app.number: storage plain → main',
      'type app.number: category U → S',
      'type app.number: preferred false → true',
      'type app.number: delimiter , → ;',
      'type app.number: element none → integer',
      'type app.number: default none → x',
      'type app.number: collatable false → true',
    ],
  },
  {
    title: 'an owner of a base type',
    change: 'alter type app.number owner to snapshot_reader',
    differs: ['type app.number: owner postgres → snapshot_reader'],
  },
  {
    title: 'a grant on a base type',
    change: 'revoke usage on type app.number from public',
    differs: ['type app.number: grants.revoked + USAGE to PUBLIC by postgres'],
  },
];
