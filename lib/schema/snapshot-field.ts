/**
 * Fields: one property of a kind of object, as the SQL that reads it and as what it is in TypeScript.
 *
 * The types of a snapshot are inferred from the fields, so the statement and the types cannot say
 * different things. The server sends the values of an object as a JSON array in the order of the fields;
 * `read` takes each from there and refuses what it does not expect.
 */

export interface Field<T> {
  /** An SQL expression of a type that JSON can hold. */
  readonly sql: string;
  /** @throws Error when the value is of another shape, which would be a mistake in `sql` */
  readonly read: (value: unknown) => T;
  /**
   * How two values are compared, if not as they are. `printed`: what other fields say in parts, so it counts
   * only where none of them differs. `order`: names of objects, of which only the order counts, since the
   * objects themselves are compared. `places`: what stands at the same place of both lists.
   */
  readonly compared?: 'printed' | 'order' | 'places';
}

export type Fields = Readonly<Record<string, Field<unknown>>>;

/** What an object with these fields holds. A value that is not there is absent. */
export type Values<F extends Fields> = {
  readonly [K in keyof F as undefined extends ValueOf<F[K]> ? never : K]: ValueOf<F[K]>;
} & {
  readonly [K in keyof F as undefined extends ValueOf<F[K]> ? K : never]?: Exclude<ValueOf<F[K]>, undefined>;
};

type ValueOf<F extends Field<unknown>> = ReturnType<F['read']>;

export function text(sql: string): Field<string> {
  return { sql, read: (value) => (typeof value === 'string' ? value : wrong('text', value)) };
}

export function flag(sql: string): Field<boolean> {
  return { sql, read: (value) => (typeof value === 'boolean' ? value : wrong('boolean', value)) };
}

/** A number that JavaScript holds exactly. */
export function number(sql: string): Field<number> {
  return { sql, read: (value) => (typeof value === 'number' ? value : wrong('number', value)) };
}

/** A bigint of the server, which may exceed the numbers of JavaScript: its digits as text. */
export function digits(sql: string): Field<string> {
  return text(`(${sql})::text`);
}

/** A letter of the catalog in words. */
export function word<const W extends string>(sql: string, words: Readonly<Record<string, W>>): Field<W> {
  const read = (value: unknown) => words[String(value)] ?? wrong(Object.keys(words).join(), value);
  return { sql, read };
}

/** A field whose value may be NULL; then it is absent. */
export function optional<T>({ sql, read }: Field<T>): Field<T | undefined> {
  return { sql, read: (value) => (value === null ? undefined : read(value)) };
}

/** A definition as the server prints it, which other fields tell in parts. */
export function printed(sql: string): Field<string> {
  return { ...text(sql), compared: 'printed' };
}

/** A list of texts; NULL is an empty one. */
export function texts(sql: string): Field<readonly string[]> {
  return { sql, read: (value) => listOf(value).map(text('').read) };
}

/** The names of objects in their order. */
export function order(sql: string): Field<readonly string[]> {
  return { ...texts(sql), compared: 'order' };
}

/** Texts such as `fillfactor=70` by their names, sorted: the catalog keeps them as they came. */
export function settings(sql: string): Field<Readonly<Record<string, string>>> {
  const read = (value: unknown) =>
    Object.fromEntries(
      texts('')
        .read(value)
        .map((item) => splitSetting(item))
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    );
  return { sql, read };
}

function splitSetting(item: string): readonly [name: string, value: string] {
  const end = item.indexOf('=');
  return end === -1 ? [item, ''] : [item.slice(0, end), item.slice(end + 1)];
}

/** Several values together. */
export function record<F extends Fields>(fields: F): Field<Values<F>> {
  return { sql: arrayOf(fields), read: (value) => readValues(fields, value) };
}

/** Several values together, where `condition` holds. */
export function recordWhen<F extends Fields>(condition: string, fields: F): Field<Values<F> | undefined> {
  return optional({ ...record(fields), sql: `CASE WHEN ${condition} THEN ${arrayOf(fields)} END` });
}

/** A row that may not be there; `from` is all that comes after FROM. */
export function row<F extends Fields>(fields: F, from: string): Field<Values<F> | undefined> {
  return optional({ ...record(fields), sql: `(SELECT ${arrayOf(fields)} FROM ${from})` });
}

/** Rows in an order; `from` is all that comes after FROM. */
export function rows<F extends Fields>(
  fields: F,
  from: string,
  orderBy: string,
): Field<readonly Values<F>[]> {
  return {
    sql: `(SELECT json_agg(${arrayOf(fields)} ORDER BY ${orderBy}) FROM ${from})`,
    read: (value) => listOf(value).map((item) => readValues(fields, item)),
  };
}

/** Rows that are what they are by their place. */
export function places<T>(field: Field<readonly T[]>): Field<readonly T[]> {
  return { ...field, compared: 'places' };
}

/** The SQL of all values as one JSON array. */
export function arrayOf(fields: Fields): string {
  return `json_build_array(${Object.values(fields)
    .map(({ sql }) => sql)
    .join(',\n    ')})`;
}

/** Takes the values from the array that `arrayOf` makes. */
export function readValues<F extends Fields>(fields: F, value: unknown): Values<F> {
  const list = listOf(value);
  const entries = Object.entries(fields);
  if (list.length !== entries.length) return wrong(`${entries.length} values`, value);
  const values = entries.map(
    ([name, { read }], index) => [name, readNamed(name, read, list[index])] as const,
  );
  return Object.fromEntries(values.filter(([, found]) => found !== undefined)) as Values<F>;
}

function readNamed(name: string, read: (value: unknown) => unknown, value: unknown): unknown {
  try {
    return read(value);
  } catch (error) {
    throw new Error(`${name}: ${(error as Error).message}`, { cause: error });
  }
}

function listOf(value: unknown): readonly unknown[] {
  if (value === null) return [];
  return Array.isArray(value) ? value : wrong('list', value);
}

function wrong(expected: string, value: unknown): never {
  throw new Error(`the catalog holds ${JSON.stringify(value)}, expected ${expected}`);
}
