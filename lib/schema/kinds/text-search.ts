/** Text search: parsers, templates, dictionaries, configurations. */
import { optional, rows, text, texts } from '../snapshot-field.js';
import { describeKind, nameIn, qualified, role, routine, routineIfAny } from '../snapshot-kind.js';

const parser = describeKind({
  kind: 'text search parser',
  catalog: 'pg_ts_parser',
  id: 'p.oid',
  from: 'schemas s JOIN pg_ts_parser p ON p.prsnamespace = s.oid',
  fields: {
    schema: text('s.nspname'),
    name: text('p.prsname'),
    start: routine('p.prsstart'),
    token: routine('p.prstoken'),
    end: routine('p.prsend'),
    headline: routineIfAny('p.prsheadline'),
    types: routine('p.prslextype'),
  },
  identity: ({ schema, name }) => `text search parser ${qualified(schema, name)}`,
});

const template = describeKind({
  kind: 'text search template',
  catalog: 'pg_ts_template',
  id: 't.oid',
  from: 'schemas s JOIN pg_ts_template t ON t.tmplnamespace = s.oid',
  fields: {
    schema: text('s.nspname'),
    name: text('t.tmplname'),
    init: routineIfAny('t.tmplinit'),
    lexize: routine('t.tmpllexize'),
  },
  identity: ({ schema, name }) => `text search template ${qualified(schema, name)}`,
});

const dictionary = describeKind({
  kind: 'text search dictionary',
  catalog: 'pg_ts_dict',
  id: 'd.oid',
  from: 'schemas s JOIN pg_ts_dict d ON d.dictnamespace = s.oid',
  fields: {
    schema: text('s.nspname'),
    name: text('d.dictname'),
    owner: role('d.dictowner'),
    template: text(nameIn('pg_ts_template', 'tmpl', 'd.dicttemplate')),
    /** As CREATE has them: `language = 'english'`. */
    options: optional(text('d.dictinitoption')),
  },
  identity: ({ schema, name }) => `text search dictionary ${qualified(schema, name)}`,
});

const configuration = describeKind({
  kind: 'text search configuration',
  catalog: 'pg_ts_config',
  id: 'c.oid',
  from: 'schemas s JOIN pg_ts_config c ON c.cfgnamespace = s.oid',
  fields: {
    schema: text('s.nspname'),
    name: text('c.cfgname'),
    owner: role('c.cfgowner'),
    parser: text(nameIn('pg_ts_parser', 'prs', 'c.cfgparser')),
    /** The dictionaries of each type of token, in order. */
    mappings: rows(
      { token: text('k.alias'), dictionaries: texts('to_json(m.dictionaries)') },
      `(SELECT maptokentype, array_agg(mapdict::regdictionary::text ORDER BY mapseqno) AS dictionaries
        FROM pg_ts_config_map WHERE mapcfg = c.oid GROUP BY maptokentype) AS m
      JOIN ts_token_type(c.cfgparser) AS k ON k.tokid = m.maptokentype`,
      'k.alias COLLATE "C"',
    ),
  },
  identity: ({ schema, name }) => `text search configuration ${qualified(schema, name)}`,
});

export const textSearchKinds = [parser, template, dictionary, configuration] as const;
