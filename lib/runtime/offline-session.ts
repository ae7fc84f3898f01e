/**
 * Watching over the session of psql: what a script leaves behind in it does not reach the next revision.
 *
 * What the session was like is kept in a setting of its own; the blocks that compare are kept in variables of psql,
 * for each revision needs them.
 */
import { doBlock } from '../sql/psql-text.js';
import { quoteLiteral } from '../sql/quote.js';
import { settable, stepLimits, stepSettingNames } from './session-state.js';
import { customSettingsIn } from './session-words.js';

/**
 * Notes role, user and settings where the first step begins, and the blocks that put them back.
 *
 * @param texts - all that is sent: custom settings that it names are noted too, as no list has them
 */
export function noteSessionText(texts: string): string {
  return `select set_config('limbeck.session', ${notedState(customSettingsIn(texts))}::text, false) as session,
${dollar(closingBlock)} as own,
${dollar(goOnBlock)} as go_on,
${dollar(settleBlock)} as settle \\gset limbeck_`;
}

/** Follows the statements of a script: limbeck writes its rows as itself, on its own search path. */
export function closeText(step: string): string {
  return `select set_config('limbeck.step', ${quoteLiteral(step)}, false) as step \\gset limbeck_\n:limbeck_own`;
}

/** Follows a step: puts back what it left, with warnings once the transaction has ended. */
export function settleText({ isOpen }: { readonly isOpen: boolean }): string {
  return isOpen ? ':limbeck_go_on' : ':limbeck_settle';
}

function notedState(custom: readonly string[]): string {
  const named = custom.map((name) => {
    const literal = quoteLiteral(name);
    return `${literal}, jsonb_build_array(coalesce(current_setting(${literal}, true), ''), 'session')`;
  });
  return `jsonb_build_object('role', current_setting('role'), 'session_authorization', session_user,
  'settings', (select jsonb_object_agg(name, jsonb_build_array(current_setting(name), source)) from pg_settings
    where ${settable}) || jsonb_build_object(${named.join(', ')}))`;
}

/** As the roles may be changed by each other, they are compared one by one; the user comes first, which ends the role. */
const roles = [
  ['session_authorization', 'session_user'],
  ['role', "current_setting('role')"],
] as const;

const path = [
  'search_path',
  "current_setting('search_path')",
  "kept->'settings'->'search_path'->>0",
] as const;

const variables = `  kept jsonb := current_setting('limbeck.session');
  step text := current_setting('limbeck.step');
  earlier jsonb := coalesce(nullif(current_setting('limbeck.earlier', true), ''), '{}');
  was text;
  item record;`;

/** Settings that are not as they were; those that others than the session have changed are left alone. */
const changedSettings = `select name, value->>0 as old, coalesce(current_setting(name, true), '') as new
    from jsonb_each(kept->'settings') as noted (name, value)
    where coalesce(current_setting(name, true), '') <> value->>0 and (value->>1 = 'session'
      or exists (select from pg_settings as s where s.name = noted.name and s.source = 'session'))`;

/** The first revision that has changed a setting is the one that is named. */
const note = (name: string) => `earlier := jsonb_build_object(${name}, step) || earlier;`;
const keepEarlier = "  perform set_config('limbeck.earlier', earlier::text, false);";

const closingBlock = doBlock(
  [
    ...[...roles.map(([name, current]) => [name, current, `kept->>'${name}'`] as const), path].map(
      ([name, current, old]) => `  was := ${old};
  if ${current} <> was then
    ${note(`'${name}'`)}
    perform set_config('${name}', was, true);
  end if;`,
    ),
    keepEarlier,
  ].join('\n'),
  variables,
);

const ofStep = stepSettingNames.map((name) => quoteLiteral(name)).join(', ');

/** The limits of a step are always its own; the next one sets them anew. */
const goOnBlock = doBlock(
  `  for item in ${changedSettings} and name not in (${ofStep})
  loop
    ${note('item.name')}
    perform set_config(item.name, item.old, true);
  end loop;
  if current_setting('limbeck.limits', true) <> ${stepLimits} then
    earlier := (select jsonb_object_agg(name, step) from unnest(array[${ofStep}]) as name) || earlier;
  end if;
${keepEarlier}`,
  variables,
);

/** Messages come last: how many are shown is a setting too. */
const settleBlock = doBlock(
  `${roles
    .map(
      ([name, current]) => `  was := kept->>'${name}';
  if ${current} <> was then
    found := found || ${leftText(`'${name}'`, 'was', current)};
    perform set_config('${name}', was, false);
  end if;`,
    )
    .join('\n')}
  for item in ${changedSettings}
  loop
    found := found || ${leftText('item.name', 'item.old', 'item.new')};
    perform set_config(item.name, item.old, false);
  end loop;
  perform set_config('limbeck.earlier', '', false);
  foreach was in array found loop
    raise warning using message = was, hint = 'write SET LOCAL, which ends with the revision';
  end loop;`,
  `${variables}\n  found text[] := '{}';`,
);

function leftText(name: string, old: string, value: string): string {
  const words = '%s left something behind in the session: setting "%s" was "%s" and is "%s"';
  return `format('${words}', coalesce(earlier->>${name}, step), ${name}, ${old}, ${value})`;
}

/** A block holds a dollar quote of its own. */
function dollar(block: string): string {
  return `$block$${block}$block$`;
}
