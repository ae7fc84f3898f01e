/** The database itself, and what lives in it without a schema or stands for something outside of it. */
import { identifier } from '../../sql/syntax-tree.js';
import { flag, optional, rows, settings, text, word } from '../snapshot-field.js';
import {
  describeKind,
  firstUserOid,
  grants,
  qualified,
  role,
  routine,
  routineIfAny,
  withFallback,
} from '../snapshot-kind.js';

/** The settings and grants of the database; its name and owner are not part of its schema. */
const database = describeKind({
  kind: 'database',
  catalog: 'pg_database',
  id: 'd.oid',
  from: 'pg_database d',
  where: 'd.datname = current_database()',
  fields: {
    /** By role; without one for all. */
    settings: rows(
      {
        role: optional(text('CASE WHEN s.setrole <> 0 THEN pg_get_userbyid(s.setrole) END')),
        values: settings('to_json(s.setconfig)'),
      },
      'pg_db_role_setting s WHERE s.setdatabase = d.oid',
      'CASE WHEN s.setrole <> 0 THEN pg_get_userbyid(s.setrole) END COLLATE "C" NULLS FIRST',
    ),
    grants: grants('d.datacl', 'd', 'd.datdba'),
  },
  identity: () => 'database',
});

const schema = describeKind({
  kind: 'schema',
  catalog: 'pg_namespace',
  id: 's.oid',
  from: 'schemas s',
  fields: {
    name: text('s.nspname'),
    owner: role('s.nspowner'),
    grants: grants('s.nspacl', 'n', 's.nspowner'),
  },
  identity: ({ name }) => `schema ${identifier(name)}`,
});

const extension = describeKind({
  kind: 'extension',
  catalog: 'pg_extension',
  id: 'e.oid',
  from: 'pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace',
  fields: {
    name: text('e.extname'),
    owner: role('e.extowner'),
    schema: text('n.nspname'),
    version: text('e.extversion'),
  },
  identity: ({ name }) => `extension ${identifier(name)}`,
});

const language = describeKind({
  kind: 'language',
  catalog: 'pg_language',
  id: 'l.oid',
  from: 'pg_language l',
  where: `l.oid >= ${firstUserOid}`,
  fields: {
    name: text('l.lanname'),
    owner: role('l.lanowner'),
    grants: grants('l.lanacl', 'l', 'l.lanowner'),
    trusted: flag('l.lanpltrusted'),
    handler: routineIfAny('l.lanplcallfoid'),
    inline: routineIfAny('l.laninline'),
    validator: routineIfAny('l.lanvalidator'),
  },
  identity: ({ name }) => `language ${identifier(name)}`,
});

const accessMethod = describeKind({
  kind: 'access method',
  catalog: 'pg_am',
  id: 'a.oid',
  from: 'pg_am a',
  where: `a.oid >= ${firstUserOid}`,
  fields: {
    name: text('a.amname'),
    type: word('a.amtype', { i: 'index', t: 'table' }),
    handler: routine('a.amhandler'),
  },
  identity: ({ name }) => `access method ${identifier(name)}`,
});

const cast = describeKind({
  kind: 'cast',
  catalog: 'pg_cast',
  id: 'c.oid',
  from: 'pg_cast c',
  where: `c.oid >= ${firstUserOid}`,
  fields: {
    source: text('c.castsource::regtype'),
    target: text('c.casttarget::regtype'),
    context: word('c.castcontext', { e: 'explicit', a: 'assignment', i: 'implicit' }),
    method: word('c.castmethod', { f: 'function', i: 'inout', b: 'binary' }),
    function: routineIfAny('c.castfunc'),
  },
  identity: ({ source, target }) => `cast (${source} as ${target})`,
});

const transform = describeKind({
  kind: 'transform',
  catalog: 'pg_transform',
  id: 't.oid',
  from: 'pg_transform t JOIN pg_language l ON l.oid = t.trflang',
  fields: {
    type: text('t.trftype::regtype'),
    language: text('l.lanname'),
    fromSql: routineIfAny('t.trffromsql'),
    toSql: routineIfAny('t.trftosql'),
  },
  identity: ({ type, language: name }) => `transform for ${type} language ${identifier(name)}`,
});

/** PostgreSQL 17 renamed a column, 16 brought the rules. */
const collations = withFallback(
  'pg_collation',
  [
    'oid',
    'collname',
    'collnamespace',
    'collowner',
    'collprovider',
    'collisdeterministic',
    'collencoding',
    'collcollate',
    'collctype',
  ],
  { colliculocale: 'NULL::text', colllocale: 'NULL::text', collicurules: 'NULL::text' },
);

/** Without those of other encodings, which no column of this database can have. */
const collation = describeKind({
  kind: 'collation',
  catalog: 'pg_collation',
  id: 'c.oid',
  from: `schemas s JOIN ${collations} c ON c.collnamespace = s.oid`,
  where: `c.collencoding IN (-1, (SELECT encoding FROM pg_database WHERE datname = current_database()))`,
  fields: {
    schema: text('s.nspname'),
    name: text('c.collname'),
    owner: role('c.collowner'),
    provider: word('c.collprovider', { c: 'libc', i: 'icu', b: 'builtin', d: 'default' }),
    deterministic: flag('c.collisdeterministic'),
    /** Of ICU and of the built-in provider. */
    locale: optional(text('coalesce(c.colllocale, c.colliculocale)')),
    /** LC_COLLATE and LC_CTYPE of libc. */
    lcCollate: optional(text('c.collcollate')),
    lcCtype: optional(text('c.collctype')),
    rules: optional(text('c.collicurules')),
  },
  identity: ({ schema: own, name }) => `collation ${qualified(own, name)}`,
});

const conversion = describeKind({
  kind: 'conversion',
  catalog: 'pg_conversion',
  id: 'c.oid',
  from: 'schemas s JOIN pg_conversion c ON c.connamespace = s.oid',
  fields: {
    schema: text('s.nspname'),
    name: text('c.conname'),
    owner: role('c.conowner'),
    source: text('pg_encoding_to_char(c.conforencoding)'),
    target: text('pg_encoding_to_char(c.contoencoding)'),
    function: routine('c.conproc'),
    default: flag('c.condefault'),
  },
  identity: ({ schema: own, name }) => `conversion ${qualified(own, name)}`,
});

export const databaseKinds = [
  database,
  schema,
  extension,
  language,
  accessMethod,
  cast,
  transform,
  collation,
  conversion,
] as const;
