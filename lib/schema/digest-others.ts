/**
 * The digest of the kinds in schemas that few databases have: collations, operators, text search.
 */
import { type DigestPart, restOf, routine, when } from './digest-part.js';

const collations: DigestPart = {
  catalog: 'pg_collation',
  id: 'c.oid',
  identity: `concat('collation ', s.name, '.', quote_ident(c.collname), ' for encoding ' || nullif(pg_encoding_to_char(c.collencoding), ''))`,
  facts: [restOf('c', ['oid', 'collname', 'collnamespace', 'collowner', 'collencoding', 'collversion'])],
  owner: 'c.collowner',
  from: 'schemas s JOIN pg_collation c ON c.collnamespace = s.oid',
};

const conversions: DigestPart = {
  catalog: 'pg_conversion',
  id: 'c.oid',
  identity: `'conversion ' || s.name || '.' || quote_ident(c.conname)`,
  facts: [restOf('c', ['oid', 'conname', 'connamespace', 'conowner'])],
  owner: 'c.conowner',
  from: 'schemas s JOIN pg_conversion c ON c.connamespace = s.oid',
};

const operators: DigestPart = {
  catalog: 'pg_operator',
  id: 'o.oid',
  identity: `'operator ' || o.oid::regoperator`,
  facts: [
    `concat('returns ', format_type(nullif(o.oprresult, 0), NULL))`,
    routine('function', 'o.oprcode'),
    `'commutator ' || nullif(o.oprcom, 0)::regoperator`,
    `'negator ' || nullif(o.oprnegate, 0)::regoperator`,
    routine('restrict', 'o.oprrest'),
    routine('join', 'o.oprjoin'),
    when('o.oprcanmerge', `'merges'`),
    when('o.oprcanhash', `'hashes'`),
  ],
  owner: 'o.oprowner',
  from: 'schemas s JOIN pg_operator o ON o.oprnamespace = s.oid',
};

const operatorFamilies: DigestPart = {
  catalog: 'pg_opfamily',
  id: 'f.oid',
  identity: `'operator family ' || s.name || '.' || quote_ident(f.opfname) || ' using ' || am.amname`,
  facts: [
    `'operator family'`,
    `(SELECT string_agg(concat_ws(' ', 'operator', o.amopstrategy, o.amopopr::regoperator, 'for', o.amoplefttype::regtype, o.amoprighttype::regtype,
        'order by ' || (SELECT quote_ident(n.nspname) || '.' || quote_ident(b.opfname)
          FROM pg_opfamily b JOIN pg_namespace n ON n.oid = b.opfnamespace WHERE b.oid = o.amopsortfamily)), chr(10)
        ORDER BY o.amopstrategy, o.amoplefttype::regtype::text COLLATE "C", o.amoprighttype::regtype::text COLLATE "C", o.amoppurpose)
      FROM pg_amop o WHERE o.amopfamily = f.oid)`,
    `(SELECT string_agg(concat_ws(' ', 'function', p.amprocnum, p.amproc::oid::regprocedure, 'for', p.amproclefttype::regtype, p.amprocrighttype::regtype), chr(10)
        ORDER BY p.amprocnum, p.amproclefttype::regtype::text COLLATE "C", p.amprocrighttype::regtype::text COLLATE "C")
      FROM pg_amproc p WHERE p.amprocfamily = f.oid)`,
  ],
  owner: 'f.opfowner',
  from: 'schemas s JOIN pg_opfamily f ON f.opfnamespace = s.oid JOIN pg_am am ON am.oid = f.opfmethod',
};

const operatorClasses: DigestPart = {
  catalog: 'pg_opclass',
  id: 'o.oid',
  identity: `'operator class ' || s.name || '.' || quote_ident(o.opcname) || ' using ' || am.amname`,
  facts: [
    `concat('for ', o.opcintype::regtype, CASE WHEN o.opcdefault THEN ' default' END)`,
    `'storage ' || nullif(o.opckeytype, 0)::regtype`,
    `'family ' || (SELECT quote_ident(n.nspname) || '.' || quote_ident(f.opfname)
      FROM pg_opfamily f JOIN pg_namespace n ON n.oid = f.opfnamespace WHERE f.oid = o.opcfamily)`,
  ],
  owner: 'o.opcowner',
  from: 'schemas s JOIN pg_opclass o ON o.opcnamespace = s.oid JOIN pg_am am ON am.oid = o.opcmethod',
};

const textSearchParsers: DigestPart = {
  catalog: 'pg_ts_parser',
  id: 'p.oid',
  identity: `'text search parser ' || s.name || '.' || quote_ident(p.prsname)`,
  facts: [restOf('p', ['oid', 'prsname', 'prsnamespace'])],
  from: 'schemas s JOIN pg_ts_parser p ON p.prsnamespace = s.oid',
};

const textSearchTemplates: DigestPart = {
  catalog: 'pg_ts_template',
  id: 't.oid',
  identity: `'text search template ' || s.name || '.' || quote_ident(t.tmplname)`,
  facts: [restOf('t', ['oid', 'tmplname', 'tmplnamespace'])],
  from: 'schemas s JOIN pg_ts_template t ON t.tmplnamespace = s.oid',
};

const textSearchDictionaries: DigestPart = {
  catalog: 'pg_ts_dict',
  id: 'd.oid',
  identity: `'text search dictionary ' || s.name || '.' || quote_ident(d.dictname)`,
  facts: [
    `'template ' || (SELECT quote_ident(n.nspname) || '.' || quote_ident(t.tmplname)
      FROM pg_ts_template t JOIN pg_namespace n ON n.oid = t.tmplnamespace WHERE t.oid = d.dicttemplate)`,
    'd.dictinitoption',
  ],
  owner: 'd.dictowner',
  from: 'schemas s JOIN pg_ts_dict d ON d.dictnamespace = s.oid',
};

const textSearchConfigurations: DigestPart = {
  catalog: 'pg_ts_config',
  id: 'c.oid',
  identity: `'text search configuration ' || s.name || '.' || quote_ident(c.cfgname)`,
  facts: [
    `'parser ' || (SELECT quote_ident(n.nspname) || '.' || quote_ident(p.prsname)
      FROM pg_ts_parser p JOIN pg_namespace n ON n.oid = p.prsnamespace WHERE p.oid = c.cfgparser)`,
    `(SELECT string_agg(concat_ws(' ', 'token', m.maptokentype, 'by', m.mapdict::regdictionary), chr(10) ORDER BY m.maptokentype, m.mapseqno)
      FROM pg_ts_config_map m WHERE m.mapcfg = c.oid)`,
  ],
  owner: 'c.cfgowner',
  from: 'schemas s JOIN pg_ts_config c ON c.cfgnamespace = s.oid',
};

export const otherParts: readonly DigestPart[] = [
  collations,
  conversions,
  operators,
  operatorFamilies,
  operatorClasses,
  textSearchParsers,
  textSearchTemplates,
  textSearchDictionaries,
  textSearchConfigurations,
];
