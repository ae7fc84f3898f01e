/**
 * The digest of the database itself and of the kinds that live in no schema.
 *
 * Where the built-in ones would come along they are told by their oid (`firstUserOid`).
 */
import { type DigestPart, firstUserOid, options, restOf, routine } from './digest-part.js';

/** The settings and grants of the database; its name and owner are not part of its schema. */
const database: DigestPart = {
  catalog: 'pg_database',
  id: 'd.oid',
  identity: `'database'`,
  facts: [
    `'database'`,
    `(SELECT string_agg(concat_ws(' ', 'set', setting, 'for ' || nullif(s.setrole, 0)::regrole), chr(10) ORDER BY s.setrole::regrole::text COLLATE "C", setting COLLATE "C")
      FROM pg_db_role_setting s CROSS JOIN unnest(s.setconfig) AS setting WHERE s.setdatabase = d.oid)`,
  ],
  grants: { acl: 'd.datacl', kind: 'd' },
  from: 'pg_database d',
  where: 'd.datname = current_database()',
};

const schemas: DigestPart = {
  catalog: 'pg_namespace',
  id: 's.oid',
  identity: `'schema ' || s.name`,
  facts: [`'schema'`],
  owner: 's.nspowner',
  grants: { acl: 's.nspacl', kind: 'n' },
  from: 'schemas s',
};

const extensions: DigestPart = {
  catalog: 'pg_extension',
  id: 'e.oid',
  identity: `'extension ' || quote_ident(e.extname)`,
  facts: [`concat('version ', e.extversion, ' in schema ', e.extnamespace::regnamespace)`],
  owner: 'e.extowner',
  from: 'pg_extension e',
};

const defaultPrivileges: DigestPart = {
  catalog: 'pg_default_acl',
  id: 'd.oid',
  identity: `concat('default privileges of ', d.defaclrole::regrole, ' on ',
    CASE d.defaclobjtype WHEN 'r' THEN 'tables' WHEN 'S' THEN 'sequences' WHEN 'f' THEN 'functions'
      WHEN 'T' THEN 'types' WHEN 'n' THEN 'schemas' WHEN 'L' THEN 'large objects' ELSE d.defaclobjtype::text END,
    ' in schema ' || nullif(d.defaclnamespace, 0)::regnamespace)`,
  facts: [
    `(SELECT string_agg(concat_ws(' ', CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(a.grantee)::text END,
        'has', a.privilege_type, CASE WHEN a.is_grantable THEN 'with grant option' END), chr(10)
        ORDER BY CASE a.grantee WHEN 0 THEN '' ELSE pg_get_userbyid(a.grantee)::text END COLLATE "C", a.privilege_type COLLATE "C")
      FROM aclexplode(d.defaclacl) AS a)`,
  ],
  from: 'pg_default_acl d',
};

const casts: DigestPart = {
  catalog: 'pg_cast',
  id: 'c.oid',
  identity: `concat('cast (', c.castsource::regtype, ' as ', c.casttarget::regtype, ')')`,
  facts: [
    `concat_ws(' ', 'context', c.castcontext, 'method', c.castmethod)`,
    routine('function', 'c.castfunc'),
  ],
  from: 'pg_cast c',
  where: `c.oid >= ${firstUserOid}`,
};

const foreignDataWrappers: DigestPart = {
  catalog: 'pg_foreign_data_wrapper',
  id: 'w.oid',
  identity: `'foreign data wrapper ' || quote_ident(w.fdwname)`,
  facts: [
    `'foreign data wrapper'`,
    routine('handler', 'w.fdwhandler'),
    routine('validator', 'w.fdwvalidator'),
    options('w.fdwoptions', 'options'),
  ],
  owner: 'w.fdwowner',
  grants: { acl: 'w.fdwacl', kind: 'F' },
  from: 'pg_foreign_data_wrapper w',
};

const servers: DigestPart = {
  catalog: 'pg_foreign_server',
  id: 's.oid',
  identity: `'server ' || quote_ident(s.srvname)`,
  facts: [
    `concat_ws(' ', quote_ident(w.fdwname), 'type ' || s.srvtype, 'version ' || s.srvversion)`,
    options('s.srvoptions', 'options'),
  ],
  owner: 's.srvowner',
  grants: { acl: 's.srvacl', kind: 'S' },
  from: 'pg_foreign_server s JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw',
};

/** That a user mapping is there; its options hold passwords and are not read. */
const userMappings: DigestPart = {
  catalog: 'pg_user_mapping',
  id: 'u.umid',
  identity: `concat('user mapping of ', u.usename, ' on server ', quote_ident(u.srvname))`,
  facts: [`'user mapping'`],
  from: 'pg_user_mappings u',
};

const publications: DigestPart = {
  catalog: 'pg_publication',
  id: 'p.oid',
  identity: `'publication ' || quote_ident(p.pubname)`,
  facts: [
    restOf('p', ['oid', 'pubname', 'pubowner']),
    `(SELECT string_agg('schema ' || quote_ident(n.nspname), chr(10) ORDER BY n.nspname COLLATE "C")
      FROM pg_publication_namespace b JOIN pg_namespace n ON n.oid = b.pnnspid WHERE b.pnpubid = p.oid)`,
    `(SELECT string_agg(concat_ws(' ', 'table', b.prrelid::regclass,
          '(' || (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) FROM pg_attribute a
            WHERE a.attrelid = b.prrelid AND a.attnum = ANY (b.prattrs)) || ')',
          'where ' || pg_get_expr(b.prqual, b.prrelid)), chr(10) ORDER BY b.prrelid::regclass::text COLLATE "C")
      FROM pg_publication_rel b WHERE b.prpubid = p.oid)`,
  ],
  owner: 'p.pubowner',
  from: 'pg_publication p',
};

const languages: DigestPart = {
  catalog: 'pg_language',
  id: 'l.oid',
  identity: `'language ' || quote_ident(l.lanname)`,
  facts: [
    `CASE WHEN l.lanpltrusted THEN 'trusted' ELSE 'untrusted' END`,
    routine('handler', 'l.lanplcallfoid'),
    routine('inline', 'l.laninline'),
    routine('validator', 'l.lanvalidator'),
  ],
  owner: 'l.lanowner',
  grants: { acl: 'l.lanacl', kind: 'l' },
  from: 'pg_language l',
  where: `l.oid >= ${firstUserOid}`,
};

const accessMethods: DigestPart = {
  catalog: 'pg_am',
  id: 'a.oid',
  identity: `'access method ' || quote_ident(a.amname)`,
  facts: [`'type ' || a.amtype::text`, routine('handler', 'a.amhandler')],
  from: 'pg_am a',
  where: `a.oid >= ${firstUserOid}`,
};

const transforms: DigestPart = {
  catalog: 'pg_transform',
  id: 't.oid',
  identity: `concat('transform for ', t.trftype::regtype, ' language ', (SELECT quote_ident(lanname) FROM pg_language WHERE oid = t.trflang))`,
  facts: [`'transform'`, routine('from sql', 't.trffromsql'), routine('to sql', 't.trftosql')],
  from: 'pg_transform t',
};

export const databaseParts: readonly DigestPart[] = [
  database,
  schemas,
  extensions,
  defaultPrivileges,
  casts,
  foreignDataWrappers,
  servers,
  userMappings,
  publications,
  languages,
  accessMethods,
  transforms,
];
