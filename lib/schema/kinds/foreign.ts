/** Access to other servers: wrappers, servers, user mappings. Values of options that may be secret are not kept. */
import { identifier } from '../../sql/syntax-tree.js';
import { type Field, optional, settings, text } from '../snapshot-field.js';
import { describeKind, grants, role, routineIfAny } from '../snapshot-kind.js';

const secret = /pass|secret|token|credential/i;

/** Options without the values of those that may be secret: they are told as `***`. */
function openSettings(sql: string): Field<Readonly<Record<string, string>>> {
  const { read } = settings(sql);
  return {
    sql,
    read: (value) =>
      Object.fromEntries(
        Object.entries(read(value)).map(([name, found]) => [name, secret.test(name) ? '***' : found]),
      ),
  };
}

const foreignDataWrapper = describeKind({
  kind: 'foreign data wrapper',
  catalog: 'pg_foreign_data_wrapper',
  id: 'w.oid',
  from: 'pg_foreign_data_wrapper w',
  fields: {
    name: text('w.fdwname'),
    owner: role('w.fdwowner'),
    grants: grants('w.fdwacl', 'F', 'w.fdwowner'),
    handler: routineIfAny('w.fdwhandler'),
    validator: routineIfAny('w.fdwvalidator'),
    options: openSettings('to_json(w.fdwoptions)'),
  },
  identity: ({ name }) => `foreign data wrapper ${identifier(name)}`,
});

const server = describeKind({
  kind: 'server',
  catalog: 'pg_foreign_server',
  id: 's.oid',
  from: 'pg_foreign_server s JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw',
  fields: {
    name: text('s.srvname'),
    owner: role('s.srvowner'),
    grants: grants('s.srvacl', 'S', 's.srvowner'),
    wrapper: text('w.fdwname'),
    type: optional(text('s.srvtype')),
    version: optional(text('s.srvversion')),
    options: openSettings('to_json(s.srvoptions)'),
  },
  identity: ({ name }) => `server ${identifier(name)}`,
});

/** Options are there for those who may see them. */
const userMapping = describeKind({
  kind: 'user mapping',
  catalog: 'pg_user_mapping',
  id: 'u.umid',
  from: 'pg_user_mappings u',
  fields: {
    /** Absent for PUBLIC. */
    role: optional(text('CASE WHEN u.umuser <> 0 THEN u.usename END')),
    server: text('u.srvname'),
    options: openSettings('to_json(u.umoptions)'),
  },
  identity: ({ role: name, server: own }) =>
    `user mapping for ${name === undefined ? 'public' : identifier(name)} server ${identifier(own)}`,
});

export const foreignKinds = [foreignDataWrapper, server, userMapping] as const;
