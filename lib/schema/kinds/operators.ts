/** Operators, their families and classes. */
import { flag, number, optional, rows, text } from '../snapshot-field.js';
import { describeKind, nameIn, qualified, role, routineIfAny, typeIfAny } from '../snapshot-kind.js';
import { identifier } from '../../sql/syntax-tree.js';

const operator = describeKind({
  kind: 'operator',
  catalog: 'pg_operator',
  id: 'o.oid',
  from: 'schemas s JOIN pg_operator o ON o.oprnamespace = s.oid',
  fields: {
    schema: text('s.nspname'),
    name: text('o.oprname'),
    owner: role('o.oprowner'),
    left: typeIfAny('o.oprleft'),
    right: typeIfAny('o.oprright'),
    /** Absent for an operator that is only promised, as a commutator. */
    returns: typeIfAny('o.oprresult'),
    function: routineIfAny('o.oprcode'),
    commutator: optional(text('nullif(o.oprcom, 0)::regoperator')),
    negator: optional(text('nullif(o.oprnegate, 0)::regoperator')),
    restrict: routineIfAny('o.oprrest'),
    join: routineIfAny('o.oprjoin'),
    merges: flag('o.oprcanmerge'),
    hashes: flag('o.oprcanhash'),
  },
  identity: ({ schema, name, left = 'NONE', right = 'NONE' }) =>
    `operator ${identifier(schema)}.${name}(${left}, ${right})`,
});

const operatorFamily = describeKind({
  kind: 'operator family',
  catalog: 'pg_opfamily',
  id: 'f.oid',
  from: 'schemas s JOIN pg_opfamily f ON f.opfnamespace = s.oid JOIN pg_am am ON am.oid = f.opfmethod',
  fields: {
    schema: text('s.nspname'),
    name: text('f.opfname'),
    owner: role('f.opfowner'),
    method: text('am.amname'),
    operators: rows(
      {
        strategy: number('o.amopstrategy'),
        operator: text('o.amopopr::regoperator'),
        /** The family to sort by, where it serves ORDER BY. */
        orderBy: optional(text(nameIn('pg_opfamily', 'opf', 'o.amopsortfamily'))),
      },
      'pg_amop o WHERE o.amopfamily = f.oid',
      'o.amopstrategy, o.amopopr::regoperator::text COLLATE "C", o.amoppurpose',
    ),
    functions: rows(
      {
        number: number('p.amprocnum'),
        function: text('p.amproc::oid::regprocedure'),
        left: text('p.amproclefttype::regtype'),
        right: text('p.amprocrighttype::regtype'),
      },
      'pg_amproc p WHERE p.amprocfamily = f.oid',
      'p.amprocnum, p.amproclefttype::regtype::text COLLATE "C", p.amprocrighttype::regtype::text COLLATE "C"',
    ),
  },
  identity: ({ schema, name, method }) => `operator family ${qualified(schema, name)} using ${method}`,
});

const operatorClass = describeKind({
  kind: 'operator class',
  catalog: 'pg_opclass',
  id: 'o.oid',
  from: 'schemas s JOIN pg_opclass o ON o.opcnamespace = s.oid JOIN pg_am am ON am.oid = o.opcmethod',
  fields: {
    schema: text('s.nspname'),
    name: text('o.opcname'),
    owner: role('o.opcowner'),
    method: text('am.amname'),
    type: text('o.opcintype::regtype'),
    default: flag('o.opcdefault'),
    /** The type that the index stores, where it is another one. */
    storage: typeIfAny('o.opckeytype'),
    family: text(nameIn('pg_opfamily', 'opf', 'o.opcfamily')),
  },
  identity: ({ schema, name, method }) => `operator class ${qualified(schema, name)} using ${method}`,
});

export const operatorKinds = [operator, operatorFamily, operatorClass] as const;
