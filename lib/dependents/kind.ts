/**
 * One kind of object that can be set aside: where it is found, and the SQL that drops it and makes it again.
 *
 * All texts are SQL expressions over the rows of `node` joined with `from`; they run with an empty search path, so
 * that what the server prints names every schema.
 */
import { quoteLiteral } from '../sql/quote.js';

export interface Kind {
  /** Joins `node`, and leaves only rows of this kind: `join pg_class rel on …`. */
  readonly from: string;
  /** The object as ALTER and COMMENT name it: `view public.totals`. */
  readonly named: string;
  /** The command that drops it; null where it goes with what it is a part of. */
  readonly drop: string;
  /** The command that makes it again; null where it comes with what it is a part of. */
  readonly create: string;
  /** Why it cannot be set aside; null where it can. */
  readonly stop?: string;
  /** The oid of the relation that it is a part of, and is not made without. */
  readonly partOf?: string;
  /** The oid of the owning role. */
  readonly owner?: string;
  readonly grants?: { readonly acl: string; readonly letter: string; readonly on: string };
  /** What CREATE does not say, each a command that is null where there is nothing to do. */
  readonly settings?: readonly Setting[];
}

/** A command that gives an object a property, and a condition for when it exists again: that it has none itself. */
export interface Setting {
  readonly command: string;
  /** A condition over `$1` (class), `$2` (oid) and `$3` (number of the column) as text for EXECUTE. */
  readonly unless?: string;
  /** Whether CREATE says it, so that it matters only for what is made from its old definition. */
  readonly isDefinition?: boolean;
}

/** The rows of one kind, in the columns that all share. */
export function selectKind(kind: Kind): string {
  const {
    from,
    named,
    drop,
    create,
    stop = 'null',
    partOf = 'null',
    owner = 'null',
    grants,
    settings = [],
  } = kind;
  return `select node.key, ${named} as named, ${drop} as drop, ${create} as create,
      ${stop}::text as stop, ${partOf}::oid as part_of, ${owner}::oid as owner,
      ${grants?.acl ?? 'null'}::aclitem[] as acl, ${grants === undefined ? 'null' : `'${grants.letter}'`}::text as acl_kind,
      ${grants?.on ?? 'null'}::text as grant_on,
      ${settingsArray(settings)} as settings
    from node ${from}`;
}

function settingsArray(settings: readonly Setting[]): string {
  if (settings.length === 0) return `'[]'::jsonb`;
  const list = settings.map(
    ({ command, unless, isDefinition = false }) =>
      `jsonb_build_object('command', ${command}, 'unless', ${unless === undefined ? 'null::text' : quoteLiteral(unless)},
          'is_definition', ${isDefinition})`,
  );
  return `jsonb_build_array(${list.join(', ')})`;
}

/** An expression: `name='value', …` in the order in which the catalog has them; null for none. */
export function optionList(options: string, prefix = ''): string {
  return `(select string_agg(format('${prefix}%s=%L', quote_ident(split_part(item, '=', 1)), substr(item, strpos(item, '=') + 1)), ', ' order by place)
        from unnest(${options}) with ordinality as option(item, place))`;
}

/** An expression: how a trigger or rule fires, as ALTER says it; null for as usual. */
export function firing(state: string): string {
  return `case ${state} when 'D' then 'disable' when 'R' then 'enable replica' when 'A' then 'enable always' end`;
}
