/** Who may do what: policies, and what new objects are granted. */
import { identifier } from '../../sql/syntax-tree.js';
import { flag, optional, text, word } from '../snapshot-field.js';
import { describeKind, grantRows, qualified, relationWords, role, sortedTexts } from '../snapshot-kind.js';

const policy = describeKind({
  kind: 'policy',
  catalog: 'pg_policy',
  id: 'p.oid',
  from: 'pg_policy p JOIN relations r ON r.oid = p.polrelid',
  fields: {
    schema: text('r.schema'),
    table: text('r.relname'),
    name: text('p.polname'),
    /** What `table` is. */
    of: word('r.relkind', relationWords),
    permissive: flag('p.polpermissive'),
    command: word('p.polcmd', { '*': 'all', r: 'select', a: 'insert', w: 'update', d: 'delete' }),
    /** Empty for PUBLIC. */
    roles: sortedTexts('ARRAY(SELECT pg_get_userbyid(id)::text FROM unnest(p.polroles) AS id WHERE id <> 0)'),
    using: optional(text('pg_get_expr(p.polqual, p.polrelid)')),
    check: optional(text('pg_get_expr(p.polwithcheck, p.polrelid)')),
  },
  identity: ({ schema, table, name }) => `policy ${identifier(name)} on ${qualified(schema, table)}`,
  partOf: ({ of, schema, table }) => `${of} ${qualified(schema, table)}`,
});

const defaultPrivileges = describeKind({
  kind: 'default privileges',
  catalog: 'pg_default_acl',
  id: 'd.oid',
  from: 'pg_default_acl d LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace',
  fields: {
    role: role('d.defaclrole'),
    on: word('d.defaclobjtype', {
      r: 'tables',
      S: 'sequences',
      f: 'functions',
      T: 'types',
      n: 'schemas',
      L: 'large objects',
    }),
    /** Absent where they hold in every schema. */
    schema: optional(text('n.nspname')),
    privileges: grantRows('d.defaclacl'),
  },
  identity: ({ role: name, on, schema }) =>
    `default privileges of ${identifier(name)} on ${on}` +
    (schema === undefined ? '' : ` in schema ${identifier(schema)}`),
});

export const securityKinds = [policy, defaultPrivileges] as const;
