/** Changes of indexes and statistics objects, each with the differences that it makes. */
import type { Mutation } from './mutation.js';

export const indexMutations: readonly Mutation[] = [
  {
    title: 'the index that is the replica identity',
    change: 'alter table app.builds replica identity using index builds_pkey',
    differs: [
      'index app.builds_pkey: replicaIdentity false → true',
      'table app.builds: replicaIdentity default → index',
    ],
  },
  {
    title: 'a dropped index',
    change: 'drop index app.builds_version',
    differs: ['index app.builds_version: removed'],
  },
  {
    title: 'a predicate of an index',
    change: `drop index app.builds_version;
      create index builds_version on app.builds (lower(version) desc) where build > 8`,
    differs: ['index app.builds_version: predicate (build > 7) → (build > 8)'],
  },
  {
    title: 'an index to cluster on',
    change: 'alter table app.builds cluster on builds_pkey',
    differs: ['index app.builds_pkey: clustered false → true'],
  },
  {
    title: 'a statistics target of an index column',
    change: 'alter index app.builds_version alter 1 set statistics 50',
    differs: ['index app.builds_version: keys.1.statistics none → 50'],
  },
  {
    title: 'a column of a statistics object',
    change: `drop statistics app.builds_stats;
      create statistics app.builds_stats (ndistinct) on version, platform from app.builds`,
    differs: ['statistics app.builds_stats: columns − build, + platform'],
  },
  {
    title: 'a target of a statistics object',
    change: 'alter statistics app.builds_stats set statistics 17',
    differs: ['statistics app.builds_stats: target none → 17'],
  },
  {
    title: 'another method',
    change: `drop index app.log_what;
      create index log_what on app.log using brin (what)`,
    differs: [
      'index app.log_2026_what_idx: method btree → brin',
      'index app.log_2026_what_idx: keys.1.operatorClass text_ops → text_minmax_ops',
      'index app.log_rest_what_idx: method btree → brin',
      'index app.log_rest_what_idx: keys.1.operatorClass text_ops → text_minmax_ops',
      'index app.log_what: method btree → brin',
      'index app.log_what: keys.1.operatorClass text_ops → text_minmax_ops',
    ],
  },
  {
    title: 'a unique index',
    change: `drop index app.rooms_kind;
      create unique index rooms_kind on app.rooms (kind text_pattern_ops, id) include (code)`,
    differs: ['index app.rooms_kind: unique false → true'],
  },
  {
    title: 'an operator class',
    change: `drop index app.rooms_kind;
      create index rooms_kind on app.rooms (kind, id) include (code)`,
    differs: ['index app.rooms_kind: keys.1.operatorClass text_pattern_ops → text_ops'],
  },
  {
    title: 'an option of an operator class',
    change: `drop index app.rooms_words;
      create index rooms_words on app.rooms using gist (words tsvector_ops (siglen = 100))`,
    differs: ['index app.rooms_words: keys.1.operatorClassOptions.siglen 64 → 100'],
  },
  {
    title: 'an included column',
    change: `drop index app.rooms_kind;
      create index rooms_kind on app.rooms (kind text_pattern_ops, id)`,
    differs: ['index app.rooms_kind: include − code'],
  },
  {
    title: 'the order of an index',
    change: `drop index app.rooms_kind;
      create index rooms_kind on app.rooms (kind text_pattern_ops desc, id nulls first) include (code)`,
    differs: [
      'index app.rooms_kind: keys.1.descending false → true',
      'index app.rooms_kind: keys.1.nullsFirst false → true',
      'index app.rooms_kind: keys.2.nullsFirst false → true',
    ],
  },
  {
    title: 'an index that was not finished',
    change: `set local allow_system_table_mods = on;
      update pg_index set indisvalid = false, indisready = false where indexrelid = 'app.rooms_kind'::regclass`,
    differs: ['index app.rooms_kind: valid true → false', 'index app.rooms_kind: ready true → false'],
  },
  {
    title: 'an index that belongs to no constraint',
    change: `alter table app.rooms drop constraint rooms_code_key;
      create unique index rooms_code_key on app.rooms (code) include (kind)`,
    differs: [
      'constraint rooms_code_key on app.rooms: removed',
      'index app.rooms_code_key: constraint rooms_code_key → none',
    ],
  },
  {
    title: 'another column of an index',
    change: `drop index app.rooms_kind;
      create index rooms_kind on app.rooms (code text_pattern_ops, id) include (code)`,
    differs: ['index app.rooms_kind: keys.1.column kind → code'],
  },
  {
    title: 'an expression of an index',
    change: `drop index app.builds_version;
      create index builds_version on app.builds (upper(version) desc) where build > 7`,
    differs: ['index app.builds_version: keys.1.expression lower((version)::text) → upper((version)::text)'],
  },
  {
    title: 'NULL as a value in an index',
    change: `drop index app.rooms_pair;
      create unique index rooms_pair on app.rooms (kind, code)`,
    differs: ['index app.rooms_pair: nullsNotDistinct true → false'],
  },
  {
    title: 'an option of an index',
    change: 'alter index app.rooms_kind set (fillfactor = 60)',
    differs: ['index app.rooms_kind: options.fillfactor none → 60'],
  },
  {
    title: 'an index that is not valid yet',
    change: 'create index log_at on only app.log (at)',
    differs: ['index app.log_at: added'],
  },
  {
    title: 'an index that is attached',
    change: `create index log_at on only app.log (at);
      create index log_2026_at on app.log_2026 (at);
      create index log_rest_at on app.log_rest (at);
      alter index app.log_at attach partition app.log_2026_at`,
    differs: ['index app.log_2026_at: added', 'index app.log_at: added', 'index app.log_rest_at: added'],
  },
  {
    title: 'expressions and kinds of a statistics object',
    change: `drop statistics app.plain_stats;
      create statistics app.plain_stats (mcv) on (a + c), (a * b) from app.plain`,
    differs: [
      'statistics app.plain_stats: statistics − ndistinct, − dependencies',
      'statistics app.plain_stats: expressions − (a + b), + (a + c)',
    ],
  },
  {
    title: 'an owner of a statistics object',
    change: 'alter statistics app.builds_stats owner to snapshot_reader',
    differs: ['statistics app.builds_stats: owner postgres → snapshot_reader'],
  },
  {
    title: 'another table of a statistics object',
    change: `drop statistics app.plain_stats;
      create statistics app.plain_stats on (a + b), (a * b) from app.ordered`,
    differs: ['statistics app.plain_stats: table.name plain → ordered'],
  },
];
