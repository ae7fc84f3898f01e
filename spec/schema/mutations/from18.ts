/** Changes of what only PostgreSQL 18 has, each with the differences that it makes. */
import type { Mutation } from './mutation.js';

export const from18Mutations: readonly Mutation[] = [
  {
    title: 'a check that is not enforced',
    change:
      'alter table app.builds drop constraint build_positive, add constraint build_positive check (build > 0) not enforced',
    differs: [
      'constraint build_positive on app.builds: validated true → false',
      'constraint build_positive on app.builds: enforced true → false',
    ],
  },
  {
    title: 'NOT NULL that is not valid',
    change: 'alter table app.builds add constraint builds_notes_not_null not null notes not valid',
    differs: [
      'column app.builds.notes: notNull false → true',
      'column app.builds.notes: notNullConstraint none → noInherit false validated false',
    ],
  },
  {
    title: 'a named NOT NULL',
    change: 'alter table app.newer rename constraint has_a_name to has_another',
    differs: ['column app.newer.named: notNullConstraint.name has_a_name → has_another'],
  },
  {
    title: 'a virtual column',
    change: 'alter table app.newer drop doubled, add doubled integer generated always as (id * 3) virtual',
    differs: [
      'column app.newer.doubled: generated.expression (id * 2) → (id * 3)',
      'table app.newer: columns (id, named, doubled, during, rooms, range_key) → (id, named, during, rooms, range_key, doubled)',
    ],
  },
  {
    title: 'a key without overlaps',
    change: `drop table app.newer_stays;
      alter table app.newer drop constraint newer_pkey, add primary key (rooms, during)`,
    differs: [
      'column app.newer_stays.during: removed',
      'column app.newer_stays.rooms: removed',
      'constraint newer_pkey on app.newer: withoutOverlaps true → false',
      'constraint newer_stays_fkey on app.newer_stays: removed',
      'index app.newer_pkey: method gist → btree',
      'table app.newer_stays: removed',
    ],
  },
  {
    title: 'a unique key that allows overlaps',
    change:
      'alter table app.newer drop constraint newer_key, add constraint newer_key unique (range_key, during)',
    differs: [
      'constraint newer_key on app.newer: withoutOverlaps true → false',
      'index app.newer_key: method gist → btree',
    ],
  },
  {
    title: 'a foreign key that is not enforced',
    change: 'alter table app.stays alter constraint stays_room not enforced',
    differs: [
      'constraint stays_room on app.stays: validated true → false',
      'constraint stays_room on app.stays: enforced true → false',
    ],
  },
  {
    title: 'generated columns of a publication',
    change: 'alter publication snapshot_publication set (publish_generated_columns = stored)',
    differs: ['publication snapshot_publication: generatedColumns "none" → stored'],
  },
  {
    title: 'a NOT NULL that children do not inherit',
    change: 'alter table app.plain add constraint plain_a_not_null not null a no inherit',
    differs: [
      'column app.plain.a: notNull false → true',
      'column app.plain.a: notNullConstraint none → noInherit true validated true',
    ],
  },
  {
    title: 'a comment on NOT NULL',
    change: `comment on constraint has_a_name on app.newer is 'why'`,
    differs: ['column app.newer.named: notNullConstraint.comment none → why'],
  },
  {
    title: 'rules of a collation of ICU',
    change: `drop collation app.plain_order;
      create collation app.plain_order (provider = icu, locale = 'und', rules = '&a < g')`,
    differs: [
      'collation app.plain_order: provider libc → icu',
      'collation app.plain_order: locale none → und',
      'collation app.plain_order: lcCollate C → none',
      'collation app.plain_order: lcCtype C → none',
      'collation app.plain_order: rules none → &a < g',
    ],
  },
  {
    title: 'a collation of the built-in provider',
    change: `create collation app.built_in (provider = builtin, locale = 'C.UTF-8')`,
    differs: ['collation app.built_in: added'],
  },
];
