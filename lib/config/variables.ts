/**
 * Settings from the environment: `LIMBECK_LOCK_TIMEOUT` is `lockTimeout`, `LIMBECK_DDL_ATTEMPTS` is `attempts` of `ddl`.
 */
import { ConfigError } from '../errors.js';
import { listed, nearMisses } from '../graph/wording.js';
import { type Reader, texts } from './setting-readers.js';
import { ddlReaders, type GivenSettings, readers, readSettings } from './settings.js';

type Variables = Readonly<Record<string, string | undefined>>;

const prefix = 'LIMBECK_';
const { ddl: _ddl, ...plainReaders } = readers;
const settingNames = [
  ...Object.keys(plainReaders),
  ...Object.keys(ddlReaders).map((name) => `ddl.${name}`),
].map(variableOf);

/**
 * Returns what the `LIMBECK_*` variables say.
 *
 * @throws ConfigError `INVALID_SETTING`; `UNKNOWN_SETTING` for a name that is a slip away from a setting
 */
export function settingsFromVariables(variables: Variables): GivenSettings {
  for (const name of strangeVariables(variables)) refuseSlip(name);
  const ddl = blockOf(variables, ddlReaders, 'ddl.');
  const block = blockOf(variables, plainReaders, '');
  return readSettings(Object.keys(ddl).length === 0 ? block : { ...block, ddl }, variableOf);
}

/**
 * Returns the `LIMBECK_*` variables that are no settings: a project may have such variables of its own, so they are no
 * errors.
 */
export function strangeVariables(variables: Variables): string[] {
  return Object.keys(variables)
    .filter((name) => name.startsWith(prefix) && !settingNames.includes(name))
    .sort();
}

function refuseSlip(name: string): void {
  const near = nearMisses(
    name.slice(prefix.length),
    settingNames.map((known) => known.slice(prefix.length)),
  );
  if (near.length === 0) return;
  throw new ConfigError('UNKNOWN_SETTING', {
    message: `there is no setting for the variable "${name}"`,
    where: name,
    next: `did you mean ${listed(near.map((known) => `${prefix}${known}`))}? Else rename it: variables that begin with ${prefix} are settings`,
    details: { variable: name },
  });
}

function blockOf(
  variables: Variables,
  known: Readonly<Record<string, Reader<unknown>>>,
  group: string,
): Record<string, unknown> {
  const given = Object.entries(known).flatMap(([name, read]) => {
    const value = variables[variableOf(`${group}${name}`)];
    return value === undefined ? [] : [[name, read === texts ? value.split(',') : value]];
  });
  return Object.fromEntries(given) as Record<string, unknown>;
}

function variableOf(setting: string): string {
  const words = setting.replace('.', '_').replace(/[A-Z]/g, (letter) => `_${letter}`);
  return `${prefix}${words.toUpperCase()}`;
}
