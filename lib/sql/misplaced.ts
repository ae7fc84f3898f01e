/**
 * Statements that have no place in an SQL file: what they do could not be undone when the file is.
 *
 * An SQL file defines objects that can be dropped and made again. Beside that it may say who owns them, who may use
 * them, and what they are for.
 */
import type { DefinedObject } from './defined-objects.js';
import { takesDefaults } from './grants.js';
import { child, items, type Node, nodes, strings } from './syntax-tree.js';

/** Why a statement has no place in the file. */
export interface Misplaced {
  /** As errors say it: `CREATE TABLE makes what holds data`. */
  readonly reason: string;
  /** What to do instead. */
  readonly advice: string;
}

/**
 * Says why a statement has no place in a file that defines `own`; undefined for one that has.
 */
export function misplacedIn(statement: Node, own: readonly DefinedObject[]): Misplaced | undefined {
  const [type = '', value] = Object.entries(statement)[0] ?? [];
  const body = value as Node;
  if (definitionTypes.has(type)) return undefined;
  const check = checks[type];
  if (check !== undefined) return check(body, own);
  const reason = reasons[type];
  return reason === undefined
    ? misplaced(`${commandName(type)} defines nothing that could be dropped and made again`)
    : misplaced(reason);
}

type Check = (body: Node, own: readonly DefinedObject[]) => Misplaced | undefined;

const inRevision =
  'put it into a revision: `op.execute`, or `op.schema`; a file defines what can be dropped and made again';

function misplaced(reason: string, advice = inRevision): Misplaced {
  return { reason, advice };
}

/** They define objects, or say something of them that goes with them. */
const definitionTypes = new Set([
  'CreateFunctionStmt',
  'ViewStmt',
  'CreateEnumStmt',
  'CreateRangeStmt',
  'CompositeTypeStmt',
  'CreateDomainStmt',
  'CreateTrigStmt',
  'CreatePolicyStmt',
  'RuleStmt',
  'CreateEventTrigStmt',
  'CreateCastStmt',
  'CreateTransformStmt',
  'CreateOpClassStmt',
  'CreateOpFamilyStmt',
  'CreateConversionStmt',
  'AlterDefaultPrivilegesStmt',
  'CommentStmt',
  'SecLabelStmt',
]);

const definable = new Set([
  'OBJECT_AGGREGATE',
  'OBJECT_OPERATOR',
  'OBJECT_TYPE',
  'OBJECT_COLLATION',
  'OBJECT_TSCONFIGURATION',
  'OBJECT_TSDICTIONARY',
]);

const checks: Record<string, Check> = {
  DefineStmt: (body) =>
    definable.has(String(body['kind']))
      ? undefined
      : misplaced('this CREATE makes what only a superuser can drop'),
  CreateTableAsStmt: ({ objtype }) =>
    objtype === 'OBJECT_MATVIEW' ? undefined : misplaced('CREATE TABLE makes what holds data'),
  SelectStmt: (body) =>
    'intoClause' in body
      ? misplaced('SELECT INTO makes what holds data')
      : misplaced('SELECT defines nothing, and what its functions do could not be undone'),
  IndexStmt: (body, own) => {
    if (body['concurrent'] === true)
      return misplaced(
        'CREATE INDEX CONCURRENTLY cannot run inside the transaction of a revision',
        'leave out CONCURRENTLY for an index on a materialized view of this file; build others in a revision of their own',
      );
    return isOwn(own, [child(body, 'relation')['relname']], ['materialized view'])
      ? undefined
      : misplaced('CREATE INDEX is for a materialized view that the same file defines');
  },
  CreateStatsStmt: (body, own) =>
    isOwn(
      own,
      nodes(body['relations']).map((each) => child(each, 'RangeVar')['relname']),
      ['materialized view'],
    )
      ? undefined
      : misplaced('CREATE STATISTICS is for a materialized view that the same file defines'),
  RefreshMatViewStmt: (body, own) => ofOwn('REFRESH', own, [child(body, 'relation')['relname']]),
  GrantStmt: (body, own) =>
    body['is_grant'] === true || takesDefaults(body) || isOwn(own, nodes(body['objects']).map(lastName))
      ? undefined
      : misplaced(
          'REVOKE takes away what this file has not given, which could not be given back',
          'revoke it in the file that defines the object, or in a revision: `op.execute`',
        ),
  DropStmt: (body, own) => {
    const isSafe = body['missing_ok'] === true && body['behavior'] !== 'DROP_CASCADE';
    return isSafe && isOwn(own, nodes(body['objects']).map(lastName))
      ? undefined
      : misplaced(
          'DROP takes away what this file does not define',
          'delete the file that defines it, or drop it in a revision; DROP … IF EXISTS may come before what the file makes anew, without CASCADE',
        );
  },
  AlterTableStmt: (body, own) => {
    const relation = child(body, 'relation')['relname'];
    if (isOwn(own, [relation], ['view', 'materialized view', 'type'])) return undefined;
    const triggers = nodes(body['cmds']).map((each) => child(each, 'AlterTableCmd'));
    const isTrigger = triggers.every(({ subtype }) => triggerCommands.has(String(subtype)));
    if (
      isTrigger &&
      isOwn(
        own,
        triggers.map(({ name }) => name),
        ['trigger', 'rule'],
      )
    )
      return undefined;
    if (body['objtype'] === 'OBJECT_INDEX' && own.some(({ kind }) => kind === 'materialized view'))
      return undefined;
    return misplaced('ALTER changes what this file does not define');
  },
  VariableSetStmt: ({ name }) =>
    name === 'search_path'
      ? misplaced(
          'SET search_path would give the names in the file another meaning',
          'put the file into the folder of its schema, or write the schema before the names',
        )
      : undefined,
  AlterFunctionStmt: (body, own) => ofOwn('ALTER', own, [strings(child(body, 'func')['objname']).at(-1)]),
  AlterOwnerStmt: (body, own) => ofOwn('ALTER', own, [lastName(child(body, 'object'))]),
  AlterObjectDependsStmt: (body, own) => ofOwn('ALTER', own, [lastName(child(body, 'object'))]),
  AlterEnumStmt: (body, own) => ofOwn('ALTER', own, [strings(body['typeName']).at(-1)]),
  AlterDomainStmt: (body, own) => ofOwn('ALTER', own, [strings(body['typeName']).at(-1)]),
  AlterTypeStmt: (body, own) => ofOwn('ALTER', own, [strings(body['typeName']).at(-1)]),
  AlterOperatorStmt: (body, own) => ofOwn('ALTER', own, [strings(child(body, 'opername')['objname']).at(-1)]),
  AlterOpFamilyStmt: (body, own) => ofOwn('ALTER', own, [strings(body['opfamilyname']).at(-1)]),
  AlterTSConfigurationStmt: (body, own) => ofOwn('ALTER', own, [strings(body['cfgname']).at(-1)]),
  AlterPolicyStmt: (body, own) => ofOwn('ALTER', own, [body['policy_name']]),
  AlterEventTrigStmt: (body, own) => ofOwn('ALTER', own, [body['trigname']]),
  AlterStatsStmt: (_body, own) =>
    own.some(({ kind }) => kind === 'materialized view')
      ? undefined
      : misplaced('ALTER changes what this file does not define'),
  ClusterStmt: (body, own) => ofOwn('CLUSTER', own, [child(body, 'relation')['relname']]),
};

const triggerCommands = new Set([
  'AT_EnableTrig',
  'AT_EnableAlwaysTrig',
  'AT_EnableReplicaTrig',
  'AT_DisableTrig',
  'AT_EnableRule',
  'AT_EnableAlwaysRule',
  'AT_EnableReplicaRule',
  'AT_DisableRule',
]);

function ofOwn(
  command: string,
  own: readonly DefinedObject[],
  names: readonly unknown[],
): Misplaced | undefined {
  return isOwn(own, names) ? undefined : misplaced(`${command} changes what this file does not define`);
}

function isOwn(own: readonly DefinedObject[], names: readonly unknown[], kinds?: readonly string[]): boolean {
  return (
    names.length > 0 &&
    names.every((name) => own.some((each) => each.name === name && (kinds?.includes(each.kind) ?? true)))
  );
}

/** The last part of the name that a node of any shape gives an object. */
function lastName(node: Node): string | undefined {
  if ('List' in node) return strings(items(node)).at(-1);
  if ('RangeVar' in node) return String(child(node, 'RangeVar')['relname']);
  if ('ObjectWithArgs' in node) return strings(child(node, 'ObjectWithArgs')['objname']).at(-1);
  if ('TypeName' in node) return strings(child(node, 'TypeName')['names']).at(-1);
  return strings([node]).at(-1);
}

const data = 'writes data, which could not be undone';
const reasons: Record<string, string> = {
  CreateStmt: 'CREATE TABLE makes what holds data',
  CreateForeignTableStmt: 'CREATE FOREIGN TABLE makes what a revision has to look after',
  CreateSeqStmt: 'CREATE SEQUENCE makes what holds data',
  CreateSchemaStmt: 'CREATE SCHEMA makes what other files live in',
  CreateExtensionStmt: 'CREATE EXTENSION makes what limbeck does not know one by one',
  CreateRoleStmt: 'CREATE ROLE makes what belongs to all databases of the server',
  GrantRoleStmt: 'membership in a role belongs to all databases of the server',
  InsertStmt: `INSERT ${data}`,
  UpdateStmt: `UPDATE ${data}`,
  DeleteStmt: `DELETE ${data}`,
  MergeStmt: `MERGE ${data}`,
  TruncateStmt: `TRUNCATE ${data}`,
  CopyStmt: `COPY ${data}`,
  CallStmt: 'CALL defines nothing, and what the procedure does could not be undone',
  DoStmt: 'DO defines nothing that limbeck could see, and what it does could not be undone',
  RenameStmt: 'RENAME gives another name to what was defined under the one that limbeck knows',
  AlterObjectSchemaStmt: 'SET SCHEMA moves what was defined away from where limbeck knows it',
};

/** `AlterSeqStmt` as `ALTER SEQ …`: better than nothing where no better word is known. */
function commandName(type: string): string {
  return type
    .replace(/Stmt$/, '')
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toUpperCase();
}
