/** Changes of the database, schemas, extensions, languages, collations, each with the differences that it makes. */
import type { Mutation } from './mutation.js';

export const databaseMutations: readonly Mutation[] = [
  {
    title: 'a grant on a schema',
    change: 'grant usage on schema app to snapshot_reader',
    differs: ['schema app: grants.granted + USAGE to snapshot_reader by postgres'],
  },
  {
    title: 'an empty schema',
    change: 'create schema left_over',
    differs: ['schema left_over: added'],
  },
  {
    title: 'a grant and settings of the database',
    change: `do $$ begin execute format('alter database %I set work_mem to 1024', current_database());
      execute format('alter role snapshot_reader in database %I set search_path to app', current_database());
      execute format('revoke temporary on database %I from public', current_database());
      execute format('comment on database %I is %L', current_database(), 'all');
      end $$`,
    differs: [
      'database: settings + values work_mem 1024, + role snapshot_reader values search_path app',
      'database: grants.revoked + TEMPORARY to PUBLIC by postgres',
    ],
  },
  {
    title: 'an owner of a schema',
    change: 'alter schema later owner to snapshot_reader',
    differs: ['schema later: owner postgres → snapshot_reader'],
  },
  {
    title: 'a comment on a schema',
    change: `comment on schema app is 'ours'`,
    differs: ['schema app: comment none → ours'],
  },
  {
    title: 'an extension in a schema',
    change: `create extension citext schema app;
      comment on extension citext is null`,
    differs: ['extension citext: added'],
  },
  {
    title: 'the properties of a language',
    change: `drop language second_plpgsql;
      create function app.handler() returns language_handler language c as '$libdir/plpgsql', 'plpgsql_call_handler';
      create language second_plpgsql handler app.handler;
      alter language second_plpgsql owner to snapshot_reader`,
    differs: [
      'function app.handler(): added',
      'language second_plpgsql: owner postgres → snapshot_reader',
      'language second_plpgsql: trusted true → false',
      'language second_plpgsql: handler plpgsql_call_handler() → app.handler()',
      'language second_plpgsql: inline plpgsql_inline_handler(internal) → none',
      'language second_plpgsql: validator plpgsql_validator(oid) → none',
    ],
  },
  {
    title: 'a grant on a language',
    change: 'revoke usage on language second_plpgsql from public',
    differs: ['language second_plpgsql: grants.revoked + USAGE to PUBLIC by postgres'],
  },
  {
    title: 'a version, a schema and an owner of an extension',
    change: `set local allow_system_table_mods = on;
      update pg_extension set extversion = '0', extnamespace = 'app'::regnamespace, extowner = 'snapshot_reader'::regrole where extname = 'plpgsql'`,
    differs: [
      'extension plpgsql: owner postgres → snapshot_reader',
      'extension plpgsql: schema pg_catalog → app',
      'extension plpgsql: version 1.0 → 0',
    ],
  },
  {
    title: 'a collation of ICU',
    change: `drop collation app.plain_order;
      create collation app.plain_order (provider = icu, locale = 'und', deterministic = false)`,
    differs: [
      'collation app.plain_order: provider libc → icu',
      'collation app.plain_order: deterministic true → false',
      'collation app.plain_order: locale none → und',
      'collation app.plain_order: lcCollate C → none',
      'collation app.plain_order: lcCtype C → none',
    ],
  },
  {
    title: 'an access method of another type',
    change: `drop access method second_btree;
      create access method second_btree type table handler heap_tableam_handler`,
    differs: [
      'access method second_btree: type index → table',
      'access method second_btree: handler bthandler(internal) → heap_tableam_handler(internal)',
    ],
  },
  {
    title: 'the locale of a collation',
    change: `drop collation app.plain_order;
      create collation app.plain_order (provider = libc, lc_collate = 'POSIX', lc_ctype = 'C')`,
    differs: ['collation app.plain_order: lcCollate C → POSIX'],
  },
  {
    title: 'the other locale of a collation',
    change: `drop collation app.plain_order;
      create collation app.plain_order (provider = libc, lc_collate = 'C', lc_ctype = 'POSIX')`,
    differs: ['collation app.plain_order: lcCtype C → POSIX'],
  },
  {
    title: 'an owner of a collation',
    change: 'alter collation app.plain_order owner to snapshot_reader',
    differs: ['collation app.plain_order: owner postgres → snapshot_reader'],
  },
];
