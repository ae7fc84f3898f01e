/**
 * Making a type anew: the old one goes by another name until all columns that use it have been converted.
 *
 * Blocks of PL/pgSQL that do all their work on the server, so that a run needs no answer between them and the
 * same texts are written for psql. Between them a setting of the transaction holds what was found.
 *
 * @see PostgreSQL manual, "ALTER TABLE", on changing the type of a column
 */
import { qualifiedNameOf } from '../assets/type-history.js';
import { pinSettings, restoreSettings, settingsVariable } from '../dependents/settings.js';
import { doBlock } from '../sql/psql-text.js';
import { quoteLiteral } from '../sql/quote.js';
import { conversionStates, hints } from './type-failures.js';
import {
  arrayTemplate,
  type Conversion,
  conversionFunctions,
  dropFunctions,
  findValue,
  scalarTemplate,
} from './convert-columns.js';
import { columnsOf, partsQuery, refuseWhatIsInTheWay, usedQuery, usedTypes } from './type-usage.js';

const setting = 'limbeck.types';

const variables = `${settingsVariable}
  saved jsonb;
  item record;
  command text;`;

/** Keys of the JSON that the setting holds: `used` types, `columns`, and `parts` of tables that go and come back. */
const readSaved = `  saved := current_setting('${setting}')::jsonb;`;

/**
 * Finds what uses the type, and takes away what would not follow when a column is converted: defaults, and the
 * constraints and indexes that name a value or refer to the column of another table.
 */
export function prepareBlock({ identity }: Conversion): string {
  const name = quoteLiteral(qualifiedNameOf(identity));
  return doBlock(
    `  if type_id is null then
    raise exception using errcode = 'undefined_object', message = 'there is no type ' || ${name};
  end if;
${pinSettings}
  ${usedQuery}
${refuseWhatIsInTheWay}
  ${partsQuery}
  for command in select part ->> 'drop' from jsonb_array_elements(saved -> 'parts') as part where part ->> 'drop' is not null loop
    execute command;
  end loop;
  perform set_config('${setting}', saved::text, true);
${restoreSettings}`,
    `${variables}\n  type_id oid := to_regtype(${name});`,
  );
}

/** Gives the type, and those made of it, another name, so that the new one can have its own. */
export function renameAsideBlock(): string {
  return doBlock(
    `${readSaved}
  for item in
    select (saved ->> 'type')::oid as id
    union all
    select used.id from ${usedTypes} where used.kind = 'd'
  loop
    execute format('alter type %s rename to %I', item.id::regtype, 'limbeck_old_' || item.id);
  end loop;
  -- the server names what has no name, and takes none that is taken
  for item in select oid, conname as name, contypid as id from pg_constraint where contypid = (saved ->> 'type')::oid loop
    execute format('alter domain %s rename constraint %I to %I', item.id::regtype, item.name, 'limbeck_old_' || item.oid);
  end loop;`,
    `  saved jsonb;
  item record;`,
  );
}

/** Converts all columns, puts back what went before, and drops the old type. */
export function convertBlock(conversion: Conversion): string {
  const { identity, to } = conversion;
  const isComposite = to.kind === 'composite';
  const body = [
    `${readSaved}
  new_types := jsonb_build_object(saved ->> 'type', to_regtype(${quoteLiteral(qualifiedNameOf(identity))})::oid);`,
    pinSettings,
    makeDomains,
    alterAttributes,
    ...(isComposite ? [conversionFunctions] : []),
    convertColumns(conversion),
    ...(isComposite ? [dropFunctions] : []),
    finishDomains,
    putPartsBack,
    dropOldTypes,
    `  perform set_config('${setting}', '', true);`,
    restoreSettings,
  ].join('\n');
  return doBlock(
    body,
    `${variables}
  new_types jsonb;
  reason text;
  value text;
  holder record;`,
  );
}

const makeDomains = `
  -- what is made of it
  for item in select * from ${usedTypes} where used.kind = 'd' order by used.id loop
    execute item."create";
    new_types := new_types || jsonb_build_object(item.id::text, to_regtype(item.name)::oid);
  end loop;`;

const alterAttributes = `  for item in
    select att.attrelid::regclass as type, att.attname as name, forms.id, forms.is_array
    from ${usedTypes}
    join pg_type typ on typ.oid = used.id
    join pg_attribute att on att.attrelid = typ.typrelid and att.attnum > 0 and not att.attisdropped
    join jsonb_to_recordset(saved -> 'forms') as forms(id oid, form oid, is_array boolean)
      on forms.form = att.atttypid and new_types ? forms.id::text
    where used.kind = 'c'
  loop
    execute format('alter type %s alter attribute %I type %s%s', item.type, item.name,
      (new_types ->> item.id::text)::oid::regtype, case when item.is_array then '[]' end);
  end loop;`;

/** Raises for rows that do not fit; `words`, an expression, says where they are. */
const doesNotFit = (words: string) => `raise exception using errcode = '${conversionStates.valueInUse}',
        message = format('%s does not fit the new type: %s', ${words}, reason),
        hint = ${quoteLiteral(hints.valueInUse)};`;

function convertColumns(conversion: Conversion): string {
  const { to } = conversion;
  return `
  -- the columns, each table rewritten once
  for item in
    select col."table", string_agg(format('alter column %I type %s using %s', col.name,
        new.type, format(case when col.is_array then ${arrayTemplate(conversion)} else ${scalarTemplate(conversion)} end, col.name, new.type)
      ), ', ' order by col.number) as actions,
      jsonb_agg(to_jsonb(col)) as columns
    from ${columnsOf}
    cross join lateral (select concat((new_types ->> col.type::text)::oid::regtype, case when col.is_array then '[]' end) as type) as new
    where not col.is_child
    group by col."table" order by col."table"
  loop
    begin
      execute format('alter table %s %s', item."table"::regclass, item.actions);
    exception when data_exception or integrity_constraint_violation then
      get stacked diagnostics reason = message_text;
${to.kind === 'enum' ? findValue(to.labels) : ''}
      ${doesNotFit("(select string_agg(col.words, ', ') from jsonb_to_recordset(item.columns) as col(words text))")}
    end;
  end loop;`;
}

const finishDomains = `  for command in select step from ${usedTypes} cross join lateral jsonb_array_elements_text(used.later) as step loop
    execute command;
  end loop;`;

const putPartsBack = `
  -- what went before: an index of a partitioned table before those of its partitions
  for item in
    select part -> 'create' as commands, part ->> 'words' as words
    from jsonb_array_elements(saved -> 'parts') with ordinality as element(part, place) order by part -> 'rank' desc, place
  loop
    begin
      for command in select step from jsonb_array_elements_text(item.commands) as step where step is not null loop
        execute command;
      end loop;
    exception when data_exception or integrity_constraint_violation then
      get stacked diagnostics reason = message_text;
      ${doesNotFit('item.words')}
    end;
  end loop;`;

const dropOldTypes = `  for item in select key::oid as id from jsonb_each_text(new_types) order by key::oid desc loop
    execute format('drop type %s', item.id::regtype);
  end loop;`;
