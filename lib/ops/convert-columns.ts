/**
 * How the values of a column become those of another type.
 */
import type { PartRenames } from '../assets/type-changes.js';
import type { TypeShape } from '../assets/manifest.js';
import { quoteLiteral } from '../sql/quote.js';
import { conversionStates, hints } from './type-failures.js';

/** A type on its way to another shape. */
export interface Conversion {
  /** `type public.mood`. */
  readonly identity: string;
  readonly from: TypeShape;
  readonly to: TypeShape;
  /** Values that become others which stand already. */
  readonly moved: PartRenames;
}

/** What the server's `format` makes the USING of a column of: `%1$I` is the column, `%2$s` its new type. */
export function scalarTemplate({ to, moved }: Conversion): string {
  if (to.kind === 'composite') return quoteLiteral('pg_temp.limbeck_convert(%1$I)::%2$s');
  const cases = Object.entries(moved).map(([old, label]) => `when ${inFormat(old)} then ${inFormat(label)}`);
  const text = cases.length === 0 ? '%1$I::text' : `case %1$I::text ${cases.join(' ')} else %1$I::text end`;
  return quoteLiteral(`(${text})::%2$s`);
}

export function arrayTemplate({ to, moved }: Conversion): string {
  if (to.kind === 'composite') return quoteLiteral('pg_temp.limbeck_convert(%1$I)::%2$s');
  const text = Object.entries(moved).reduce(
    (inner, [old, label]) => `array_replace(${inner}, ${inFormat(old)}, ${inFormat(label)})`,
    '%1$I::text[]',
  );
  return quoteLiteral(`(${text})::%2$s`);
}

function inFormat(label: string): string {
  return quoteLiteral(label).replaceAll('%', '%%');
}

/** Finds a value that the new type lacks, so that the error can name it. */
export function findValue(labels: readonly string[]): string {
  const list = `array[${labels.map(quoteLiteral).join(', ')}]::text[]`;
  return `      for holder in select * from jsonb_to_recordset(item.columns) as col(name text, words text, is_array boolean) loop
        execute format(case when holder.is_array
            then 'select held from %s, unnest(%I::text[]) as held where held <> all ($1) limit 1'
            else 'select %2$I::text from %1$s where %2$I::text <> all ($1) limit 1' end,
          item."table"::regclass, holder.name) into value using ${list};
        if value is not null then
          raise exception using errcode = '${conversionStates.valueInUse}',
            message = format('%s holds %s, which the new type lacks', holder.words, quote_literal(value)),
            hint = ${quoteLiteral(hints.valueInUse)};
        end if;
      end loop;`;
}

/** Slices take an array row by row, whatever its shape; PostgreSQL knows six dimensions. */
const fillSlices = [1, 2, 3, 4, 5, 6]
  .map((dimensions) => {
    const places = Array.from({ length: dimensions }, (_, index) => index + 1);
    const slices = places.map((place) => `[lower[${place}]:lower[${place}] + sizes[${place}] - 1]`);
    return `    when ${dimensions} then made${slices.join('')} := items;`;
  })
  .join('\n');

/** The body of the function for arrays, which keeps their dimensions and where these begin; `%1$s` is the new type. */
const arrayBody = `
declare
  sizes integer[] := array(select array_length($1, place) from generate_series(1, array_ndims($1)) as place order by place);
  lower integer[] := array(select array_lower($1, place) from generate_series(1, array_ndims($1)) as place order by place);
  items %1$s[] := array(select pg_temp.limbeck_convert(item) from (select unnest($1) as item) as element);
  made %1$s[] := case when $1 is not null then array_fill(null::%1$s, sizes, lower) end;
begin
  case coalesce(array_ndims($1), 0)
    when 0 then null;
${fillSlices}
  end case;
  return made;
end`;

/** Attributes go by name: those that both have are kept, others begin as null. */
export const conversionFunctions = `
  command := (
    select string_agg(case
      when old.attname is null then 'null'
      when old.atttypid = new.atttypid then format('($1).%I', new.attname)
      else format('($1).%I::text::%s', new.attname, format_type(new.atttypid, new.atttypmod)) end, ', ' order by new.attnum)
    from pg_type new_type
    join pg_attribute new on new.attrelid = new_type.typrelid and new.attnum > 0 and not new.attisdropped
    join pg_type old_type on old_type.oid = (saved ->> 'type')::oid
    left join pg_attribute old on old.attrelid = old_type.typrelid and old.attname = new.attname and old.attnum > 0 and not old.attisdropped
    where new_type.oid = (new_types ->> (saved ->> 'type'))::oid);
  for item in select (saved ->> 'type')::oid::regtype as old, (new_types ->> (saved ->> 'type'))::oid::regtype as new loop
    execute format('create function pg_temp.limbeck_convert(%s) returns %s language sql as %L', item.old, item.new,
      format('select case when num_nonnulls($1) > 0 then row(%s)::%s end', command, item.new));
    execute format('create function pg_temp.limbeck_convert(%s[]) returns %s[] language plpgsql as %L', item.old, item.new,
      format(${quoteLiteral(arrayBody)}, item.new));
  end loop;`;

export const dropFunctions = `  execute format('drop function pg_temp.limbeck_convert(%1$s[]), pg_temp.limbeck_convert(%1$s)', (saved ->> 'type')::oid::regtype);`;
