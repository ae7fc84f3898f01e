/**
 * The kinds of values that settings have, each with its check.
 */
import { fileNameProblem } from './file-name.js';

/** Reads a value, or says in words what it should be. */
export type Reader<Value> = (value: unknown) => Value | Expected;

/** What a value should be. */
export class Expected {
  readonly what: string;
  constructor(what: string) {
    this.what = what;
  }
}

export const text: Reader<string> = (value) =>
  typeof value === 'string' && value !== '' ? value : new Expected('a text that is not empty');

export const url: Reader<string> = (value) =>
  typeof value === 'string' && /^postgres(?:ql)?:\/\//.test(value)
    ? value
    : new Expected('a URL such as postgres://user:password@host:5432/database');

export const texts: Reader<readonly string[]> = (value) => {
  const list: unknown[] = Array.isArray(value) ? value : [value];
  const isList = list.length > 0 && list.every((item) => typeof item === 'string' && item !== '');
  return isList ? (list as string[]) : new Expected('a text or a list of texts');
};

export const oneOf =
  <Value extends string>(...values: readonly Value[]): Reader<Value> =>
  (value) =>
    values.find((candidate) => candidate === value) ??
    new Expected(values.map((each) => `"${each}"`).join(' or '));

/** In a variable it is a text. */
export const flag: Reader<boolean> = (value) => {
  if (value === true || value === 'true' || value === '1') return true;
  return value === false || value === 'false' || value === '0' ? false : new Expected('true or false');
};

export const fileName: Reader<string> = (value) => {
  const problem = typeof value === 'string' ? fileNameProblem(value) : 'a text that is not empty';
  return problem === undefined ? String(value) : new Expected(problem);
};

export const count: Reader<number> = (value) =>
  Number.isInteger(Number(value)) && Number(value) >= 1
    ? Number(value)
    : new Expected('a whole number from 1');

const units: Record<string, number> = { ms: 1, s: 1_000, min: 60_000, h: 3_600_000 };

export const duration: Reader<number> = (value) => {
  const [, digits, unit = 'ms'] = /^(\d+(?:\.\d+)?)\s*(ms|s|min|h)?$/.exec(String(value)) ?? [];
  return digits === undefined
    ? new Expected('milliseconds, or a duration such as "2 s"')
    : Number(digits) * (units[unit] ?? 1);
};

export const timeZone: Reader<string> = (value) => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: String(value) }).resolvedOptions().timeZone;
  } catch {
    return new Expected('an IANA time zone such as "Europe/Berlin"');
  }
};
