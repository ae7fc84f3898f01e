/**
 * What the columns of a view, materialized view or index have of their own.
 *
 * Expressions over `att` (pg_attribute), `typ` (its type), `rel` and `definition`; a command is null where there is
 * nothing to do.
 */

interface ColumnSetting {
  readonly command: string;
  readonly unless: string;
}

/** The column of an index has no name that ALTER knows. */
const alter = `format('alter %s alter column %s', definition.named,
        case when rel.relkind in ('i', 'I') then att.attnum::text else quote_ident(att.attname) end)`;

/** Up to PostgreSQL 16 the usual target is -1, from 17 on it is null. */
const statistics: ColumnSetting = {
  command: `case when att.attstattarget >= 0 then concat(${alter}, ' set statistics ', att.attstattarget) end`,
  unless: 'exists (select from pg_attribute where attrelid = $2 and attnum = $3 and attstattarget >= 0)',
};

const isMaterialized = `rel.relkind = 'm'`;

const storage: ColumnSetting = {
  command: `case when ${isMaterialized} and att.attstorage <> typ.typstorage then concat(${alter}, ' set storage ',
        case att.attstorage when 'p' then 'plain' when 'e' then 'external' when 'x' then 'extended' else 'main' end) end`,
  unless: `exists (select from pg_attribute join pg_type on pg_type.oid = atttypid
      where attrelid = $2 and attnum = $3 and attstorage <> typstorage)`,
};

const compression: ColumnSetting = {
  command: `case when ${isMaterialized} and att.attcompression in ('p', 'l') then concat(${alter}, ' set compression ',
        case att.attcompression when 'p' then 'pglz' else 'lz4' end) end`,
  unless: `exists (select from pg_attribute where attrelid = $2 and attnum = $3 and attcompression in ('p', 'l'))`,
};

const options: ColumnSetting = {
  command: `case when ${isMaterialized} and att.attoptions is not null then concat(${alter}, ' set (' ||
        (select string_agg(format('%s=%L', quote_ident(split_part(item, '=', 1)), substr(item, strpos(item, '=') + 1)), ', ')
         from unnest(att.attoptions) as item) || ')') end`,
  unless: 'exists (select from pg_attribute where attrelid = $2 and attnum = $3 and attoptions is not null)',
};

export const columnSettings: readonly ColumnSetting[] = [statistics, storage, compression, options];
