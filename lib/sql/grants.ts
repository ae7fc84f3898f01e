/**
 * Privileges as objects: each GRANT is split into single ones, so that what a file no longer grants can be
 * revoked, and what it granted taken back.
 */
import {
  child,
  items,
  type Node,
  nodes,
  optionsOf,
  ownIdentifier,
  qualified,
  qualifiedRelation,
  qualifiedText,
  roleText,
  signatureText,
  strings,
} from './syntax-tree.js';

/**
 * Returns the single privileges of a GRANT, `grant select on table public.builds to app`, sorted by object,
 * role and privilege as the text has them.
 *
 * @param schema - the schema of names that the text leaves unqualified
 */
export function grantsOf(grant: Node, schema: string): string[] {
  const suffix = grant['grant_option'] === true ? ' with grant option' : '';
  const grantor = 'grantor' in grant ? ` granted by ${roleText(child(grant, 'grantor'))}` : '';
  return grantedObjects(grant, schema).flatMap((object) =>
    grantees(grant).flatMap((role) =>
      privileges(grant).map((privilege) => `grant ${privilege} on ${object} to ${role}${suffix}${grantor}`),
    ),
  );
}

/**
 * Returns the single ones of a REVOKE that takes from PUBLIC what it has by default, so that a GRANT takes them back:
 * `revoke all on function public.f() from public`. Of other things PUBLIC has nothing by default.
 */
export function revokesOf(revoke: Node, schema: string): string[] {
  if (!takesDefaults(revoke)) return [];
  return grantedObjects(revoke, schema).flatMap((object) =>
    privileges(revoke).map((privilege) => `revoke ${privilege} on ${object} from public`),
  );
}

/** Whether a REVOKE takes no more from PUBLIC than what it has by default. */
export function takesDefaults(revoke: Node): boolean {
  return (
    publicDefaults.has(String(revoke['objtype'])) &&
    revoke['targtype'] === 'ACL_TARGET_OBJECT' &&
    revoke['grant_option'] !== true &&
    revoke['behavior'] !== 'DROP_CASCADE' &&
    grantees(revoke).every((role) => role === 'public')
  );
}

/** PostgreSQL manual, "Privileges": EXECUTE on routines and USAGE on types are granted to PUBLIC by default. */
const publicDefaults = new Set([
  'OBJECT_FUNCTION',
  'OBJECT_PROCEDURE',
  'OBJECT_ROUTINE',
  'OBJECT_TYPE',
  'OBJECT_DOMAIN',
]);

/** Returns the single ones of an ALTER DEFAULT PRIVILEGES: `default privileges for role x grant select on tables to app`. */
export function defaultPrivilegesOf(statement: Node): string[] {
  const options = optionsOf(statement['options']);
  const roles = items(options.get('roles')).map((item) => ` for role ${roleText(child(item, 'RoleSpec'))}`);
  const schemas = strings(items(options.get('schemas'))).map((name) => ` in schema ${ownIdentifier(name)}`);
  const action = child(statement, 'action');
  const [verb, towards] = action['is_grant'] === true ? ['grant', 'to'] : ['revoke', 'from'];
  const isOption = action['grant_option'] === true;
  const prefix = isOption && verb === 'revoke' ? 'grant option for ' : '';
  const suffix = isOption && verb === 'grant' ? ' with grant option' : '';
  const what = defaultKinds[String(action['objtype'])] ?? 'tables';
  return orNothing(roles).flatMap((role) =>
    orNothing(schemas).flatMap((place) =>
      grantees(action).flatMap((grantee) =>
        privileges(action).map(
          (privilege) =>
            `default privileges${role}${place} ${verb} ${prefix}${privilege} on ${what} ${towards} ${grantee}${suffix}`,
        ),
      ),
    ),
  );
}

/** Writes the statement that takes back what such an identity stands for; undefined for other identities. */
export function revokeText(identity: string): string | undefined {
  const [, scope, verb, option = '', what, role, suffix = ''] = pattern.exec(identity) ?? [];
  if (verb === undefined || what === undefined || role === undefined) return undefined;
  const grantor = suffix.replace(' with grant option', '');
  const start = scope === undefined ? '' : `alter ${scope}`;
  if (verb === 'grant') return `${start}revoke ${what} from ${role}${grantor}`;
  return `${start}grant ${what} to ${role}${option === '' ? '' : ' with grant option'}`;
}

/** What a single privilege is on: `table` and `public.builds`, or `all tables in schema` and `public`. */
export interface GrantedObject {
  readonly kind: string;
  readonly name: string;
}

/** Returns what such an identity is on; undefined for default privileges and other identities. */
export function grantedObject(identity: string): GrantedObject | undefined {
  const [, scope, , , what = ''] = pattern.exec(identity) ?? [];
  if (scope !== undefined) return undefined;
  const [, kind, name] =
    / on ((?:all [a-z ]+ in schema)|[a-z]+(?: (?:wrapper|data wrapper|server|object))*) (.*)$/s.exec(what) ??
    [];
  return kind === undefined || name === undefined ? undefined : { kind, name };
}

const name = '(?:"(?:[^"]|"")*"|[^\\s"]+)';
const pattern = new RegExp(
  `^(default privileges .*?)?(grant|revoke) (grant option for )?(.*) (?:to|from) (${name})((?: with grant option)?(?: granted by ${name})?)$`,
  's',
);

const orNothing = (words: readonly string[]): readonly string[] => (words.length === 0 ? [''] : words);

/** ALL is kept as one: which privileges it stands for depends on the object, and on the server. */
function privileges({ privileges: list }: Node): string[] {
  if (nodes(list).length === 0) return ['all'];
  return nodes(list).flatMap((item) => {
    const privilege = child(item, 'AccessPriv');
    const word = String(privilege['priv_name'] ?? 'all');
    const columns = strings(privilege['cols']);
    return columns.length === 0 ? [word] : columns.map((column) => `${word} (${ownIdentifier(column)})`);
  });
}

function grantees({ grantees: list }: Node): string[] {
  return nodes(list).map((item) => roleText(child(item, 'RoleSpec')));
}

function grantedObjects(grant: Node, schema: string): string[] {
  const kind = String(grant['objtype']);
  const objects = nodes(grant['objects']);
  if (grant['targtype'] === 'ACL_TARGET_ALL_IN_SCHEMA')
    return strings(objects).map(
      (each) => `all ${defaultKinds[kind] ?? 'tables'} in schema ${ownIdentifier(each)}`,
    );
  return objects.map((object) => `${grantKinds[kind] ?? 'table'} ${objectText(object, schema)}`);
}

function objectText(object: Node, schema: string): string {
  if ('RangeVar' in object) return qualifiedText(qualifiedRelation(child(object, 'RangeVar'), schema));
  if ('List' in object) return qualifiedText(qualified(strings(items(object)), schema));
  if ('ObjectWithArgs' in object) {
    const routine = child(object, 'ObjectWithArgs');
    const called = qualifiedText(qualified(strings(routine['objname']), schema));
    return routine['args_unspecified'] === true
      ? called
      : `${called}${signatureText(argumentsOf(routine), false)}`;
  }
  if ('Integer' in object || 'Float' in object)
    return String(Object.values(Object.values(object)[0] as Node)[0] ?? 0);
  return strings([object]).map(ownIdentifier).join('');
}

/** Of a routine whose arguments are named without modes there are types alone. */
function argumentsOf(routine: Node): readonly Node[] {
  if (nodes(routine['objfuncargs']).length > 0) return nodes(routine['objfuncargs']);
  return nodes(routine['objargs']).map((type) => ({
    FunctionParameter: { argType: child(type, 'TypeName') },
  }));
}

const grantKinds: Record<string, string> = {
  OBJECT_TABLE: 'table',
  OBJECT_SEQUENCE: 'sequence',
  OBJECT_FUNCTION: 'function',
  OBJECT_PROCEDURE: 'procedure',
  OBJECT_ROUTINE: 'routine',
  OBJECT_SCHEMA: 'schema',
  OBJECT_DATABASE: 'database',
  OBJECT_TYPE: 'type',
  OBJECT_DOMAIN: 'domain',
  OBJECT_LANGUAGE: 'language',
  OBJECT_FDW: 'foreign data wrapper',
  OBJECT_FOREIGN_SERVER: 'foreign server',
  OBJECT_TABLESPACE: 'tablespace',
  OBJECT_LARGEOBJECT: 'large object',
  OBJECT_PARAMETER_ACL: 'parameter',
};

const defaultKinds: Record<string, string> = {
  OBJECT_TABLE: 'tables',
  OBJECT_SEQUENCE: 'sequences',
  OBJECT_FUNCTION: 'functions',
  OBJECT_PROCEDURE: 'procedures',
  OBJECT_ROUTINE: 'routines',
  OBJECT_TYPE: 'types',
  OBJECT_SCHEMA: 'schemas',
  OBJECT_LARGEOBJECT: 'large objects',
};
