/** Changes of tables, views and sequences, each with the differences that it makes. */
import type { Mutation } from './mutation.js';

export const relationMutations: readonly Mutation[] = [
  {
    title: 'column order',
    change: `drop table app.ordered;
      create table app.ordered (a integer, c integer, b integer)`,
    differs: ['table app.ordered: columns (a, b, c) → (a, c, b)'],
  },
  {
    title: 'a storage parameter of a table',
    change: 'alter table app.builds set (fillfactor = 71)',
    differs: ['table app.builds: options.fillfactor 70 → 71'],
  },
  {
    title: 'a storage parameter of a TOAST table',
    change: 'alter table app.builds set (toast.autovacuum_enabled = false)',
    differs: ['table app.builds: toastOptions.autovacuum_enabled none → false'],
  },
  {
    title: 'an unlogged table',
    change: 'alter table app.plain set unlogged',
    differs: ['table app.plain: persistence permanent → unlogged'],
  },
  {
    title: 'forced row security',
    change: 'alter table app.builds force row level security',
    differs: ['table app.builds: forceRowSecurity false → true'],
  },
  {
    title: 'replica identity',
    change: 'alter table app.builds replica identity full',
    differs: ['table app.builds: replicaIdentity default → full'],
  },
  {
    title: 'an owner',
    change: 'alter table app.plain owner to snapshot_reader',
    differs: ['table app.plain: owner postgres → snapshot_reader'],
  },
  {
    title: 'a partition bound',
    change: `alter table app.log detach partition app.log_2026;
      alter table app.log attach partition app.log_2026 for values from ('2026-01-01') to ('2026-12-31')`,
    differs: [
      `table app.log_2026: partitionOf.bound FOR VALUES FROM ('2026-01-01') TO ('2027-01-01') → FOR VALUES FROM ('2026-01-01') TO ('2026-12-31')`,
    ],
  },
  {
    title: 'a view definition',
    change:
      'create or replace view app.recent with (security_barrier) as select id, build from app.builds where build > 10 limit 11',
    differs: ['view app.recent: definition " LIMIT 10;" → " LIMIT 11;"'],
  },
  {
    title: 'a view option',
    change: 'alter view app.recent reset (security_barrier)',
    differs: ['view app.recent: options.security_barrier true → none'],
  },
  {
    title: 'a materialized view without data',
    change: 'refresh materialized view app.counts with no data',
    differs: ['materialized view app.counts: populated true → false'],
  },
  {
    title: 'an increment of a sequence',
    change: 'alter sequence app.numbers increment 2',
    differs: ['sequence app.numbers: increment 1 → 2'],
  },
  {
    title: 'the owning column of a sequence',
    change: 'alter sequence app.numbers owned by app.plain.a',
    differs: ['sequence app.numbers: ownedBy none → schema app table plain column a identity false'],
  },
  {
    title: 'a grant on a table',
    change: 'grant insert on app.builds to snapshot_reader',
    differs: ['table app.builds: grants.granted + INSERT to snapshot_reader by postgres'],
  },
  {
    title: 'a first grant, whose undoing leaves the default privileges written out',
    change: 'grant select on app.plain to snapshot_reader',
    differs: ['table app.plain: grants.granted + SELECT to snapshot_reader by postgres'],
  },
  {
    title: 'an access method of a table',
    change: `drop table app.ordered;
      create table app.ordered (a integer, b integer, c integer) using second_heap`,
    differs: ['table app.ordered: accessMethod none → second_heap'],
  },
  {
    title: 'a typed table',
    change: 'alter table app.typed not of',
    differs: ['table app.typed: ofType app.point → none'],
  },
  {
    title: 'a detached partition',
    change: 'alter table app.log detach partition app.log_2026',
    differs: [
      'column app.log_2026.at: notNullConstraint none → name log_at_not_null noInherit false validated true',
      'column app.log_2026.at: inheritance inherited → none',
      'column app.log_2026.id: notNullConstraint none → name log_id_not_null noInherit false validated true',
      'column app.log_2026.id: inheritance inherited → none',
      'column app.log_2026.what: inheritance inherited → none',
      'constraint log_2026_pkey on app.log_2026: inheritance inherited → none',
      'index app.log_2026_pkey: attachedTo schema app name log_pkey → none',
      'index app.log_2026_what_idx: attachedTo schema app name log_what → none',
      `table app.log_2026: partitionOf schema app name log bound FOR VALUES FROM ('2026-01-01') TO ('2027-01-01') detachPending false → none`,
    ],
    differsOn15: [
      'column app.log_2026.at: inheritance inherited → none',
      'column app.log_2026.id: inheritance inherited → none',
      'column app.log_2026.what: inheritance inherited → none',
      'constraint log_2026_pkey on app.log_2026: inheritance inherited → none',
      'index app.log_2026_pkey: attachedTo schema app name log_pkey → none',
      'index app.log_2026_what_idx: attachedTo schema app name log_what → none',
      `table app.log_2026: partitionOf schema app name log bound FOR VALUES FROM ('2026-01-01') TO ('2027-01-01') detachPending false → none`,
    ],
  },
  {
    title: 'another strategy of partitions',
    change: `drop table app.log_note;
      drop table app.log;
      create table app.log (at date not null, id integer not null, what text, primary key (at, id)) partition by list (at);
      create index log_what on app.log (what)`,
    differs: [
      'column app.log_2026.at: removed',
      'column app.log_2026.id: removed',
      'column app.log_2026.what: removed',
      'column app.log_note.at: removed',
      'column app.log_note.id: removed',
      'column app.log_rest.at: removed',
      'column app.log_rest.id: removed',
      'column app.log_rest.what: removed',
      'constraint log_2026_pkey on app.log_2026: removed',
      'constraint log_note_at_id_fkey on app.log_note: removed',
      'constraint log_rest_pkey on app.log_rest: removed',
      'index app.log_2026_pkey: removed',
      'index app.log_2026_what_idx: removed',
      'index app.log_rest_pkey: removed',
      'index app.log_rest_what_idx: removed',
      'table app.log: partitionBy.strategy range → list',
      'table app.log: partitionBy.definition RANGE (at) → LIST (at)',
      'table app.log_2026: removed',
      'table app.log_note: removed',
      'table app.log_rest: removed',
    ],
  },
  {
    title: 'an owner of a view',
    change: 'alter view app.recent owner to snapshot_reader',
    differs: ['view app.recent: owner postgres → snapshot_reader'],
  },
  {
    title: 'a check option',
    change: 'alter view app.editable set (check_option = cascaded)',
    differs: ['view app.editable: options.check_option none → cascaded'],
  },
  {
    title: 'a column of a view',
    change: 'create or replace view app.editable as select a, b, c from app.plain where a > 0',
    differs: ['column app.editable.c: added', 'view app.editable: definition "    b" → "    b,\\n    c"'],
    differsOn15: [
      'column app.editable.c: added',
      'view app.editable: definition "    plain.b" → "    plain.b,\\n    plain.c"',
    ],
  },
  {
    title: 'a storage parameter and the access method of a materialized view',
    change: `drop materialized view app.counts;
      create materialized view app.counts using second_heap with (fillfactor = 50, toast.autovacuum_enabled = false) as select platform, count(*) as builds from app.builds group by platform;
      create unique index counts_platform on app.counts (platform)`,
    differs: [
      'materialized view app.counts: options.fillfactor none → 50',
      'materialized view app.counts: toastOptions.autovacuum_enabled none → false',
      'materialized view app.counts: accessMethod none → second_heap',
    ],
  },
  {
    title: 'a query of a materialized view',
    change: `drop materialized view app.counts;
      create materialized view app.counts as select platform, count(*) as builds from app.builds group by platform limit 3;
      create unique index counts_platform on app.counts (platform)`,
    differs: [
      'materialized view app.counts: definition "  GROUP BY platform;" → "  GROUP BY platform\\n LIMIT 3;"',
    ],
    differsOn15: [
      'materialized view app.counts: definition "  GROUP BY builds.platform;" → "  GROUP BY builds.platform\\n LIMIT 3;"',
    ],
  },
  {
    title: 'an owner of a materialized view',
    change: 'alter materialized view app.counts owner to snapshot_reader',
    differs: ['materialized view app.counts: owner postgres → snapshot_reader'],
  },
  {
    title: 'a grant on a materialized view',
    change: 'grant select on app.counts to snapshot_reader',
    differs: ['materialized view app.counts: grants.granted + SELECT to snapshot_reader by postgres'],
  },
  {
    title: 'a grant on a view to PUBLIC',
    change: 'grant select on app.recent to public',
    differs: ['view app.recent: grants.granted + SELECT to PUBLIC by postgres'],
  },
  {
    title: 'the options of a foreign table',
    change: `alter foreign table app.far options (set place 'elsewhere', add more 'x')`,
    differs: [
      'foreign table app.far: options.place there → elsewhere',
      'foreign table app.far: options.more none → x',
    ],
  },
  {
    title: 'the server of a foreign table',
    change: `create server second foreign data wrapper snapshot_wrapper;
      drop foreign table app.far;
      create foreign table app.far (id integer options (name 'key')) server second options (place 'there')`,
    differs: ['foreign table app.far: server snapshot_server → second', 'server second: added'],
  },
  {
    title: 'the owner of a foreign table',
    change: 'alter foreign table app.far owner to snapshot_reader',
    differs: ['foreign table app.far: owner postgres → snapshot_reader'],
  },
  {
    title: 'a grant on a foreign table',
    change: 'grant select on app.far to snapshot_reader',
    differs: ['foreign table app.far: grants.granted + SELECT to snapshot_reader by postgres'],
  },
  {
    title: 'a foreign table that is no partition any more',
    change: 'alter table app.parted detach partition app.far_part',
    differs: [
      'column app.far_part.a: inheritance inherited → none',
      'foreign table app.far_part: partitionOf schema app name parted bound FOR VALUES IN (1) detachPending false → none',
    ],
  },
  {
    title: 'a foreign table that inherits no more',
    change: 'alter foreign table app.far_child no inherit app.parent',
    differs: [
      'column app.far_child.a: inheritance inherited → none',
      'column app.far_child.b: inheritance inherited → none',
      'constraint a_known on app.far_child: inheritance inherited → none',
      'foreign table app.far_child: inherits − schema app name parent',
    ],
  },
  {
    title: 'the order of columns of a foreign table',
    change: `drop foreign table app.far_child;
      create foreign table app.far_child (b integer, a integer, constraint a_known check (a is not null)) server snapshot_server;
      alter foreign table app.far_child inherit app.parent`,
    differs: [
      'column app.far_child.a: inheritance inherited → inherited and local',
      'column app.far_child.b: inheritance inherited → inherited and local',
      'constraint a_known on app.far_child: inheritance inherited → inherited and local',
      'foreign table app.far_child: columns (a, b) → (b, a)',
    ],
  },
  {
    title: 'the order of columns of a view',
    change: `drop view app.editable;
      create view app.editable as select b, a from app.plain where a > 0`,
    differs: [
      'view app.editable: columns (a, b) → (b, a)',
      'view app.editable: definition "SELECT a,\\n    b" → "SELECT b,\\n    a"',
    ],
    differsOn15: [
      'view app.editable: columns (a, b) → (b, a)',
      'view app.editable: definition "SELECT plain.a,\\n    plain.b" → "SELECT plain.b,\\n    plain.a"',
    ],
  },
  {
    title: 'the order of columns of a materialized view',
    change: `drop materialized view app.counts;
      create materialized view app.counts as select count(*) as builds, platform from app.builds group by platform;
      create unique index counts_platform on app.counts (platform)`,
    differs: [
      'materialized view app.counts: columns (platform, builds) → (builds, platform)',
      'materialized view app.counts: definition "SELECT platform,\\n    count(*) AS builds" → "SELECT count(*) AS builds,\\n    platform"',
    ],
    differsOn15: [
      'materialized view app.counts: columns (platform, builds) → (builds, platform)',
      'materialized view app.counts: definition "SELECT builds.platform,\\n    count(*) AS builds" → "SELECT count(*) AS builds,\\n    builds.platform"',
    ],
  },
  {
    title: 'row security that is off',
    change: 'alter table app.builds disable row level security',
    differs: ['table app.builds: rowSecurity true → false'],
  },
  {
    title: 'all options of a sequence',
    change: 'alter sequence app.numbers as integer start 5 restart 5 minvalue 2 maxvalue 50 cache 3 cycle',
    differs: [
      'sequence app.numbers: type bigint → integer',
      'sequence app.numbers: start 1 → 5',
      'sequence app.numbers: min 1 → 2',
      'sequence app.numbers: max 9223372036854775807 → 50',
      'sequence app.numbers: cache 1 → 3',
      'sequence app.numbers: cycle false → true',
    ],
  },
  {
    title: 'a sequence that is unlogged',
    change: 'alter sequence app.numbers set unlogged',
    differs: ['sequence app.numbers: persistence permanent → unlogged'],
  },
  {
    title: 'an owner of a sequence',
    change: 'alter sequence app.numbers owner to snapshot_reader',
    differs: ['sequence app.numbers: owner postgres → snapshot_reader'],
  },
  {
    title: 'a grant on a sequence',
    change: 'grant usage on sequence app.numbers to snapshot_reader',
    differs: ['sequence app.numbers: grants.granted + USAGE to snapshot_reader by postgres'],
  },
  {
    title: 'an option of the sequence of an identity column',
    change: 'alter table app.builds alter id set increment 5',
    differs: ['sequence app.builds_id_seq: increment 1 → 5'],
  },
  {
    title: 'a renamed table',
    change: 'alter table app.typed rename to other',
    differs: [
      'column app.other.x: added',
      'column app.other.y: added',
      'column app.typed.x: removed',
      'column app.typed.y: removed',
      'table app.other: added',
      'table app.typed: removed',
    ],
  },
  {
    title: 'a table that became a view',
    change: `drop table app.ordered;
      create view app.ordered as select 1 as a, 2 as b, 3 as c`,
    differs: [
      'column app.ordered.a: of table → view',
      'column app.ordered.b: of table → view',
      'column app.ordered.c: of table → view',
      'table app.ordered: removed',
      'view app.ordered: added',
    ],
  },
];
