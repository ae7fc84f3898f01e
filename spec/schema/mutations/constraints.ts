/** Changes of constraints, each with the differences that it makes. */
import type { Mutation } from './mutation.js';

export const constraintMutations: readonly Mutation[] = [
  {
    title: 'a check',
    change:
      'alter table app.builds drop constraint build_positive, add constraint build_positive check (build >= 0)',
    differs: ['constraint build_positive on app.builds: expression (build > 0) → (build >= 0)'],
  },
  {
    title: 'a constraint that is not valid',
    change:
      'alter table app.builds drop constraint build_positive, add constraint build_positive check (build > 0) not valid',
    differs: ['constraint build_positive on app.builds: validated true → false'],
  },
  {
    title: 'a deferrable foreign key',
    change: 'alter table app.builds alter constraint builds_parent_fkey deferrable initially deferred',
    differs: [
      'constraint builds_parent_fkey on app.builds: deferrable false → true',
      'constraint builds_parent_fkey on app.builds: initiallyDeferred false → true',
    ],
  },
  {
    title: 'a foreign key whose triggers are disabled',
    change: 'alter table app.builds disable trigger all',
    differs: [
      'constraint builds_parent_fkey on app.builds: triggers + disabled',
      'trigger touched on app.builds: state enabled → disabled',
    ],
  },
  {
    title: 'a check of a domain',
    change: `alter domain app.count drop constraint positive;
      alter domain app.count add constraint positive check (value >= 0)`,
    differs: ['constraint positive on domain app.count: expression (VALUE > 0) → (VALUE >= 0)'],
  },
  {
    title: 'a comment on a constraint',
    change: `comment on constraint build_positive on app.builds is 'new'`,
    differs: ['constraint build_positive on app.builds: comment none → new'],
  },
  {
    title: 'another column of a unique constraint',
    change:
      'alter table app.rooms drop constraint rooms_code_key, add constraint rooms_code_key unique (kind) include (code)',
    differs: [
      'constraint rooms_code_key on app.rooms: columns − code, + kind',
      'constraint rooms_code_key on app.rooms: include − kind, + code',
      'index app.rooms_code_key: keys.1.column code → kind',
      'index app.rooms_code_key: include − kind, + code',
    ],
  },
  {
    title: 'a unique constraint that is deferrable',
    change:
      'alter table app.rooms drop constraint rooms_code_key, add constraint rooms_code_key unique (code) include (kind) deferrable initially deferred',
    differs: [
      'constraint rooms_code_key on app.rooms: deferrable false → true',
      'constraint rooms_code_key on app.rooms: initiallyDeferred false → true',
    ],
  },
  {
    title: 'a unique constraint for which NULL is a value',
    change:
      'alter table app.rooms drop constraint rooms_code_key, add constraint rooms_code_key unique nulls not distinct (code) include (kind)',
    differs: [
      'constraint rooms_code_key on app.rooms: nullsNotDistinct false → true',
      'index app.rooms_code_key: nullsNotDistinct false → true',
    ],
  },
  {
    title: 'a primary key',
    change: `alter table app.log_note drop constraint log_note_at_id_fkey;
      alter table app.log drop constraint log_pkey, add primary key (id, at) include (what)`,
    differs: [
      'constraint log_2026_pkey on app.log_2026: columns (at, id) → (id, at)',
      'constraint log_2026_pkey on app.log_2026: include + what',
      'constraint log_note_at_id_fkey on app.log_note: removed',
      'constraint log_pkey on app.log: columns (at, id) → (id, at)',
      'constraint log_pkey on app.log: include + what',
      'constraint log_rest_pkey on app.log_rest: columns (at, id) → (id, at)',
      'constraint log_rest_pkey on app.log_rest: include + what',
      'index app.log_2026_pkey: keys.1.column at → id',
      'index app.log_2026_pkey: keys.1.operatorClass date_ops → int4_ops',
      'index app.log_2026_pkey: keys.2.column id → at',
      'index app.log_2026_pkey: keys.2.operatorClass int4_ops → date_ops',
      'index app.log_2026_pkey: include + what',
      'index app.log_pkey: keys.1.column at → id',
      'index app.log_pkey: keys.1.operatorClass date_ops → int4_ops',
      'index app.log_pkey: keys.2.column id → at',
      'index app.log_pkey: keys.2.operatorClass int4_ops → date_ops',
      'index app.log_pkey: include + what',
      'index app.log_rest_pkey: keys.1.column at → id',
      'index app.log_rest_pkey: keys.1.operatorClass date_ops → int4_ops',
      'index app.log_rest_pkey: keys.2.column id → at',
      'index app.log_rest_pkey: keys.2.operatorClass int4_ops → date_ops',
      'index app.log_rest_pkey: include + what',
    ],
  },
  {
    title: 'a deferrable primary key',
    change: `alter table app.stays drop constraint stays_room;
      alter table app.rooms drop constraint rooms_pkey, add primary key (id) deferrable initially deferred`,
    differs: [
      'constraint rooms_pkey on app.rooms: deferrable false → true',
      'constraint rooms_pkey on app.rooms: initiallyDeferred false → true',
      'constraint stays_room on app.stays: removed',
    ],
  },
  {
    title: 'another table that is referenced',
    change:
      'alter table app.stays drop constraint stays_room, add constraint stays_room foreign key (code) references app.rooms (code)',
    differs: [
      'constraint stays_room on app.stays: columns − room, + code',
      'constraint stays_room on app.stays: references.columns − id, + code',
    ],
  },
  {
    title: 'all that a foreign key can say',
    change:
      'alter table app.stays drop constraint stays_room, add constraint stays_room foreign key (room) references app.rooms match full on update cascade on delete set default (room)',
    differs: [
      'constraint stays_room on app.stays: match simple → full',
      'constraint stays_room on app.stays: onUpdate no action → cascade',
      'constraint stays_room on app.stays: onDelete no action → set default',
      'constraint stays_room on app.stays: onDeleteColumns + room',
    ],
  },
  {
    title: 'a foreign key that is not valid',
    change:
      'alter table app.stays drop constraint stays_room, add constraint stays_room foreign key (room) references app.rooms not valid',
    differs: ['constraint stays_room on app.stays: validated true → false'],
  },
  {
    title: 'a check that children do not inherit',
    change:
      'alter table app.builds drop constraint build_positive, add constraint build_positive check (build > 0) no inherit',
    differs: ['constraint build_positive on app.builds: noInherit false → true'],
  },
  {
    title: 'a check that children inherit',
    change: 'alter table app.plain add constraint a_positive check (a > 0)',
    differs: ['constraint a_positive on app.child: added', 'constraint a_positive on app.plain: added'],
  },
  {
    title: 'an operator of an exclusion',
    change:
      'alter table app.rooms drop constraint rooms_no_overlap, add constraint rooms_no_overlap exclude using gist (during with =) where (id > 0)',
    differs: [
      'constraint rooms_no_overlap on app.rooms: operators − &&(anyrange,anyrange), + =(anyrange,anyrange)',
    ],
  },
  {
    title: 'a deferrable exclusion',
    change:
      'alter table app.rooms drop constraint rooms_no_overlap, add constraint rooms_no_overlap exclude using gist (during with &&) where (id > 0) deferrable initially deferred',
    differs: [
      'constraint rooms_no_overlap on app.rooms: deferrable false → true',
      'constraint rooms_no_overlap on app.rooms: initiallyDeferred false → true',
    ],
  },
  {
    title: 'a constraint of another kind under the same name',
    change:
      'alter table app.builds drop constraint build_positive, add constraint build_positive unique (build)',
    differs: [
      'constraint build_positive on app.builds: removed',
      'constraint build_positive on app.builds: added',
      'index app.build_positive: added',
    ],
  },
  {
    title: 'a check of a domain that is not valid',
    change: `alter domain app.count drop constraint positive;
      alter domain app.count add constraint positive check (value > 0) not valid`,
    differs: ['constraint positive on domain app.count: validated true → false'],
  },
  {
    title: 'a renamed constraint',
    change: 'alter table app.builds rename constraint build_positive to build_is_positive',
    differs: [
      'constraint build_is_positive on app.builds: added',
      'constraint build_positive on app.builds: removed',
    ],
  },
  {
    title: 'a constraint that a child has too',
    change: `alter table app.plain add constraint a_positive check (a > 0) no inherit;
      alter table app.child add constraint a_positive check (a > 0);
      alter table app.plain drop constraint a_positive, add constraint a_positive check (a > 0)`,
    differs: ['constraint a_positive on app.child: added', 'constraint a_positive on app.plain: added'],
  },
];
