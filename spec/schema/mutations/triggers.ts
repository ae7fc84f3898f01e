/** Changes of triggers, rules and event triggers, each with the differences that it makes. */
import type { Mutation } from './mutation.js';

export const triggerMutations: readonly Mutation[] = [
  {
    title: 'a rule',
    change: 'create or replace rule quiet as on delete to app.plain where old.a > 0 do instead nothing',
    differs: [
      'rule quiet on app.plain: definition "    ON DELETE TO app.plain DO INSTEAD NOTHING;" → "    ON DELETE TO app.plain\\n   WHERE (old.a > 0) DO INSTEAD NOTHING;"',
    ],
  },
  {
    title: 'a disabled rule',
    change: 'alter table app.plain disable rule quiet',
    differs: ['rule quiet on app.plain: state enabled → disabled'],
  },
  {
    title: 'a disabled trigger',
    change: 'alter table app.builds disable trigger touched',
    differs: ['trigger touched on app.builds: state enabled → disabled'],
  },
  {
    title: 'an event of a trigger',
    change:
      'create or replace trigger touched before insert on app.builds for each row execute function app.touch()',
    differs: ['trigger touched on app.builds: events − update'],
  },
  {
    title: 'a disabled event trigger',
    change: 'alter event trigger snapshot_watch disable',
    differs: ['event trigger snapshot_watch: state enabled → disabled'],
  },
  {
    title: 'the timing and level of a trigger',
    change:
      'create or replace trigger touched after insert or update on app.builds for each statement execute function app.touch()',
    differs: [
      'trigger touched on app.builds: timing before → after',
      'trigger touched on app.builds: forEach row → statement',
    ],
  },
  {
    title: 'the columns and condition of a trigger',
    change:
      'create or replace trigger touched before insert or update of build, notes on app.builds for each row when (new.build > 3) execute function app.touch()',
    differs: [
      'trigger touched on app.builds: columns + build, + notes',
      'trigger touched on app.builds: when none → (new.build > 3)',
    ],
  },
  {
    title: 'another condition of a trigger',
    change:
      'create or replace trigger touched before insert or update on app.builds for each row when (new.build > 4) execute function app.touch()',
    differs: ['trigger touched on app.builds: when none → (new.build > 4)'],
  },
  {
    title: 'the function and arguments of a trigger',
    change: `create or replace trigger touched before insert or update on app.builds for each row execute function app.divert('ä', 'b c')`,
    differs: [
      'trigger touched on app.builds: function app.touch() → app.divert()',
      'trigger touched on app.builds: arguments + ä, + b c',
    ],
  },
  {
    title: 'a constraint trigger that is deferred',
    change: `drop trigger checked on app.plain;
      create constraint trigger checked after insert on app.plain deferrable initially deferred for each row execute function app.touch('one', 'two')`,
    differs: ['trigger checked on app.plain: initiallyDeferred false → true'],
  },
  {
    title: 'a constraint trigger that is none',
    change: `drop trigger checked on app.plain;
      create trigger checked after insert on app.plain for each row execute function app.touch('one', 'two')`,
    differs: [
      'trigger checked on app.plain: constraint true → false',
      'trigger checked on app.plain: deferrable true → false',
    ],
  },
  {
    title: 'transition tables',
    change: `drop trigger seen on app.plain;
      create trigger seen after update on app.plain referencing old table as before_it new table as after_it for each statement execute function app.divert()`,
    differs: [
      'trigger seen on app.plain: oldTable gone → before_it',
      'trigger seen on app.plain: newTable come → after_it',
    ],
  },
  {
    title: 'a trigger of replicas',
    change: 'alter table app.builds enable replica trigger touched',
    differs: ['trigger touched on app.builds: state enabled → replica'],
  },
  {
    title: 'a trigger that always fires',
    change: 'alter table app.builds enable always trigger touched',
    differs: ['trigger touched on app.builds: state enabled → always'],
  },
  {
    title: 'a trigger of partitions',
    change: 'create trigger noted before insert on app.log for each row execute function app.touch()',
    differs: [
      'trigger noted on app.log: added',
      'trigger noted on app.log_2026: added',
      'trigger noted on app.log_rest: added',
    ],
  },
  {
    title: 'another event of a rule',
    change: `drop rule quiet on app.plain;
      create rule quiet as on insert to app.plain do also nothing`,
    differs: [
      'rule quiet on app.plain: event delete → insert',
      'rule quiet on app.plain: instead true → false',
      'rule quiet on app.plain: definition "    ON DELETE TO app.plain DO INSTEAD NOTHING;" → "    ON INSERT TO app.plain DO NOTHING;"',
    ],
  },
  {
    title: 'an event, tags, function and owner of an event trigger',
    change: `create function app.watch_too() returns event_trigger language plpgsql as $$begin end$$;
      drop event trigger snapshot_watch;
      create event trigger snapshot_watch on sql_drop when tag in ('DROP TABLE', 'DROP VIEW') execute function app.watch_too();
      do $$ begin execute 'alter role snapshot_reader superuser';
      execute 'alter event trigger snapshot_watch owner to snapshot_reader';
      end $$`,
    differs: [
      'event trigger snapshot_watch: owner postgres → snapshot_reader',
      'event trigger snapshot_watch: event ddl_command_end → sql_drop',
      'event trigger snapshot_watch: tags − CREATE TABLE, + DROP TABLE, + DROP VIEW',
      'event trigger snapshot_watch: function app.watch() → app.watch_too()',
      'function app.watch_too(): added',
    ],
  },
];
