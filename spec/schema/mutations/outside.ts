/** Changes of foreign data, publications, each with the differences that it makes. */
import type { Mutation } from './mutation.js';

export const outsideMutations: readonly Mutation[] = [
  {
    title: 'a column of a publication',
    change: 'alter publication snapshot_publication set table app.published (a, b)',
    differs: [
      'publication snapshot_publication: tables − schema app name published columns (a) where (a > 0), + schema app name published columns (a, b)',
    ],
  },
  {
    title: 'the properties of a foreign data wrapper',
    change: `alter foreign data wrapper snapshot_wrapper options (add password 'secret');
      grant usage on foreign data wrapper snapshot_wrapper to snapshot_reader`,
    differs: [
      'foreign data wrapper snapshot_wrapper: grants.granted + USAGE to snapshot_reader by postgres',
      'foreign data wrapper snapshot_wrapper: options.password none → ***',
    ],
  },
  {
    title: 'a handler of a foreign data wrapper',
    change: `create function app.fdw() returns fdw_handler language internal as 'fdw_handler_in';
      alter foreign data wrapper snapshot_wrapper handler app.fdw`,
    differs: ['foreign data wrapper snapshot_wrapper: handler none → app.fdw()', 'function app.fdw(): added'],
  },
  {
    title: 'a validator of a foreign data wrapper',
    change: 'alter foreign data wrapper snapshot_wrapper validator postgresql_fdw_validator',
    differs: ['foreign data wrapper snapshot_wrapper: validator none → postgresql_fdw_validator(text[],oid)'],
  },
  {
    title: 'the properties of a server',
    change: `alter server snapshot_server version '2' options (set host 'here');
      grant usage on foreign server snapshot_server to snapshot_reader`,
    differs: [
      'server snapshot_server: grants.granted + USAGE to snapshot_reader by postgres',
      'server snapshot_server: version none → 2',
      'server snapshot_server: options.host elsewhere → here',
    ],
  },
  {
    title: 'an owner of a server',
    change: `grant usage on foreign data wrapper snapshot_wrapper to snapshot_reader;
      alter server snapshot_server owner to snapshot_reader`,
    differs: [
      'foreign data wrapper snapshot_wrapper: grants.granted + USAGE to snapshot_reader by postgres',
      'server snapshot_server: owner postgres → snapshot_reader',
    ],
  },
  {
    title: 'the type and wrapper of a server',
    change: `drop foreign table app.far, app.far_child, app.far_part;
      drop user mapping for public server snapshot_server;
      drop user mapping for snapshot_reader server snapshot_server;
      drop server snapshot_server;
      create foreign data wrapper second;
      create server snapshot_server type 'x' foreign data wrapper second options (host 'elsewhere')`,
    differs: [
      'column app.far.id: removed',
      'column app.far_child.a: removed',
      'column app.far_child.b: removed',
      'column app.far_part.a: removed',
      'constraint a_known on app.far_child: removed',
      'foreign data wrapper second: added',
      'foreign table app.far: removed',
      'foreign table app.far_child: removed',
      'foreign table app.far_part: removed',
      'server snapshot_server: wrapper snapshot_wrapper → second',
      'server snapshot_server: type none → x',
      'user mapping for public server snapshot_server: removed',
      'user mapping for snapshot_reader server snapshot_server: removed',
    ],
  },
  {
    title: 'an option of a user mapping',
    change: `alter user mapping for snapshot_reader server snapshot_server options (set user 'you')`,
    differs: ['user mapping for snapshot_reader server snapshot_server: options.user me → you'],
  },
  {
    title: 'the owner of a foreign data wrapper',
    change: `alter role snapshot_reader superuser;
      alter foreign data wrapper snapshot_wrapper owner to snapshot_reader`,
    differs: ['foreign data wrapper snapshot_wrapper: owner postgres → snapshot_reader'],
  },
  {
    title: 'the options of a publication',
    change: `alter publication snapshot_publication set (publish = 'delete', publish_via_partition_root)`,
    differs: [
      'publication snapshot_publication: insert true → false',
      'publication snapshot_publication: update true → false',
      'publication snapshot_publication: truncate true → false',
      'publication snapshot_publication: viaPartitionRoot false → true',
    ],
  },
  {
    title: 'what a publication leaves out',
    change: `alter publication snapshot_publication set (publish = 'insert, update, truncate')`,
    differs: ['publication snapshot_publication: delete true → false'],
  },
  {
    title: 'a schema of a publication',
    change: 'create publication more for tables in schema app',
    differs: ['publication more: added'],
  },
  {
    title: 'one more schema of a publication',
    change: 'alter publication snapshot_publication set tables in schema odd',
    differs: [
      'publication snapshot_publication: schemas + odd',
      'publication snapshot_publication: tables − schema app name published columns (a) where (a > 0)',
    ],
  },
  {
    title: 'a publication of all tables',
    change: `drop publication snapshot_publication;
      create publication snapshot_publication for all tables`,
    differs: [
      'publication snapshot_publication: allTables false → true',
      'publication snapshot_publication: tables − schema app name published columns (a) where (a > 0)',
    ],
  },
  {
    title: 'the owner of a publication',
    change: `alter role snapshot_reader superuser;
      alter publication snapshot_publication owner to snapshot_reader`,
    differs: ['publication snapshot_publication: owner postgres → snapshot_reader'],
  },
];
