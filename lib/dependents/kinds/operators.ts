/**
 * Operators. One that has a commutator or negator finds it again by name.
 */
import type { Kind } from '../kind.js';

const sided = (opr: string, between: string, nsp: string) =>
  `format('%I.%s${between}', ${nsp}.nspname, ${opr}.oprname)`;
const type = (id: string) => `coalesce(format_type(nullif(${id}, 0), null), 'none')`;
const name = `concat(${sided('opr', ' ', 'nsp')}, '(', ${type('opr.oprleft')}, ', ', ${type('opr.oprright')}, ')')`;

const other = (word: string, column: string) =>
  `(select concat('${word} = operator(', ${sided('oth', '', 'othnsp')}, ')')
        from pg_operator oth join pg_namespace othnsp on othnsp.oid = oth.oprnamespace where oth.oid = opr.${column})`;

export const operators: Kind = {
  from: `join pg_operator opr on node.class = 'pg_operator'::regclass and opr.oid = node.id
      join pg_namespace nsp on nsp.oid = opr.oprnamespace`,
  named: `concat('operator ', ${name})`,
  drop: `concat('drop operator ', ${name})`,
  create: `concat('create operator ', ${sided('opr', '', 'nsp')}, ' (', concat_ws(', ',
        'function = ' || opr.oprcode::text,
        'leftarg = ' || format_type(nullif(opr.oprleft, 0), null),
        'rightarg = ' || format_type(nullif(opr.oprright, 0), null),
        ${other('commutator', 'oprcom')},
        ${other('negator', 'oprnegate')},
        'restrict = ' || nullif(opr.oprrest::text, '-'),
        'join = ' || nullif(opr.oprjoin::text, '-'),
        case when opr.oprcanhash then 'hashes' end,
        case when opr.oprcanmerge then 'merges' end), ')')`,
  owner: 'opr.oprowner',
};
