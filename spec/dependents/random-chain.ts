/**
 * Random chains: views, materialized views and functions on a table and on each other, with random things on them.
 */

/** A chain in a schema of its own. */
export interface RandomChain {
  readonly sql: string;
  /** Identities of all objects, lowest first. */
  readonly objects: readonly string[];
  /** The table below, as SQL writes it. */
  readonly table: string;
}

/** A source of numbers from 0 to below 1, the same for the same seed. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What a chain is made with. */
interface Dice {
  readonly chance: (probability: number) => boolean;
  readonly pick: <Item>(items: readonly Item[]) => Item;
  readonly count: (most: number) => number;
}

interface Made {
  readonly kind: 'table' | 'view' | 'materialized view' | 'function';
  readonly name: string;
  readonly columns: readonly string[];
}

interface Surroundings {
  readonly roles: readonly string[];
  readonly index: number;
  readonly inSchema: (name: string) => string;
}

const oddNames = ['plain', 'With Space', 'UPPER', 'größe', 'it"s', 'back\\slash', "d'Or", 'select'];
const quote = (name: string) => `"${name.replaceAll('"', '""')}"`;

/**
 * Makes a chain of up to nine objects.
 *
 * @param schema - made as well, with the table `base` in it
 * @param roles - that grants are given to, and objects may belong to
 */
export function randomChain(random: () => number, schema: string, roles: readonly string[]): RandomChain {
  const dice: Dice = {
    chance: (probability) => random() < probability,
    pick: (items) => items[Math.floor(random() * items.length)] ?? (items[0] as never),
    count: (most) => Math.floor(random() * (most + 1)),
  };
  const inSchema = (name: string) => `${quote(schema)}.${quote(name)}`;
  const base: Made = { kind: 'table', name: inSchema('base'), columns: ['id', 'platform', 'size'] };
  const made: Made[] = [base];
  const sql = [
    `create schema ${quote(schema)}`,
    `grant all on schema ${quote(schema)} to public`,
    `create table ${base.name} (id integer primary key, platform varchar(20), size integer)`,
    `grant select on ${base.name} to public`,
    `insert into ${base.name} values (1, 'linux', 10), (2, 'macos', 20)`,
  ];
  for (let index = 0, most = 2 + dice.count(7); index < most; index += 1) {
    const next = object(dice, made, inSchema(`${dice.pick(oddNames)} ${index}`), index);
    made.push(next.made);
    sql.push(...next.sql, ...extras(dice, next.made, { roles, index, inSchema }));
  }
  const filled = made.filter(({ kind }) => kind === 'materialized view' && dice.chance(0.6));
  sql.push(...filled.map(refresh));
  const objects = made.slice(1).map(identity);
  return { sql: `${sql.join(';\n')};`, objects, table: base.name };
}

function identity({ kind, name, columns }: Made): string {
  return kind === 'function' ? `function ${name}(${columns[0]})` : `${kind} ${name}`;
}

/** Makes one object on a random relation of those before, and with some of the functions. */
function object(
  dice: Dice,
  made: readonly Made[],
  name: string,
  index: number,
): { made: Made; sql: string[] } {
  const relations = made.filter(({ kind }) => kind !== 'function');
  const below = dice.pick(relations);
  const kind = dice.pick(['view', 'view', 'materialized view', 'function'] as const);
  if (kind === 'function') {
    const body = dice.pick([
      `language sql immutable return ${index}`,
      `language sql stable cost ${index + 1} security definer set search_path to public as 'select count(*)::integer from pg_class'`,
      `language plpgsql as $body$ begin return ${index}; -- $1 \\ '
end $body$`,
      `begin atomic select count(*)::integer from ${below.name}; end`,
    ]);
    const fn: Made = { kind, name, columns: [below.name] };
    return { made: fn, sql: [`create function ${name}(${below.name}) returns integer ${body}`] };
  }
  const callable = made.filter(
    ({ kind: other, columns }) => other === 'function' && columns[0] === below.name,
  );
  const column = `c ${index}`;
  const call =
    callable.length > 0 && dice.chance(0.7)
      ? `, ${dice.pick(callable).name}(source) as ${quote('called')}`
      : '';
  const query = `select source.*, ${dice.pick(['1', 'now()', "date '2026-01-02'", "E'\\\\x'", 'null::text[]'])} as ${quote(column)}${call} from ${below.name} as source`;
  const columns = [...below.columns, column, ...(call === '' ? [] : ['called'])];
  const distinct = new Set(columns);
  const final = distinct.size === columns.length ? query : `select 1 as ${quote(column)} from ${below.name}`;
  const options =
    kind === 'view'
      ? dice.pick([
          '',
          ' with (security_barrier)',
          ' with (security_invoker = true)',
          ' with (security_barrier = false, security_invoker = false)',
        ])
      : dice.pick([
          '',
          ' with (fillfactor = 50)',
          ' with (autovacuum_enabled = false, toast.autovacuum_enabled = false)',
        ]);
  const isMaterialized = kind === 'materialized view';
  return {
    made: { kind, name, columns: final === query ? columns : [column] },
    sql: [`create ${kind} ${name}${options} as ${final}${isMaterialized ? ' with no data' : ''}`],
  };
}

/** Fills a materialized view, as far as its owner can. */
const refresh = ({ name }: Made) =>
  `do $try$ begin refresh materialized view ${name}; exception when others then null; end $try$`;

/** Makes what stands on an object, or is said of it. */
function extras(dice: Dice, made: Made, { roles, index, inSchema }: Surroundings): string[] {
  const { kind, name } = made;
  const target = identity(made);
  const grantOn = kind === 'function' ? target : `table ${name}`;
  const right =
    kind === 'function' ? 'execute' : dice.pick(['select', 'select, insert', 'all', 'update, delete']);
  const column = quote(made.columns.at(-1) ?? '');
  const of = (probability: number, ...texts: readonly string[]) => (dice.chance(probability) ? texts : []);
  const [one = '', two = ''] = dice.chance(0.5) ? roles : roles.toReversed();
  const shared = [
    ...of(0.4, `comment on ${target} is ${dice.pick(["'said'", "'it''s \\ said'", "E'two\\nlines'"])}`),
    ...of(0.3, `revoke all on ${grantOn} from public`),
    ...of(
      0.5,
      `grant ${right} on ${grantOn} to ${one} with grant option`,
      `set role ${one}`,
      `grant ${right === 'all' ? 'select' : right} on ${grantOn} to ${two}`,
      'reset role',
    ),
    ...of(0.3, `grant ${right} on ${grantOn} to public`),
    ...of(0.2, `revoke ${right} on ${grantOn} from current_user`),
  ];
  if (kind === 'function') return shared;
  const columns = [
    ...of(0.3, `comment on column ${name}.${column} is 'column'`),
    ...of(0.3, `grant select (${column}), update (${column}) on ${name} to ${two}`),
  ];
  const own =
    kind === 'view'
      ? [
          ...of(0.3, `alter view ${name} alter column ${column} set default null`),
          ...of(0.3, `create rule ${quote(`rule ${index}`)} as on delete to ${name} do instead nothing`),
          ...of(
            0.3,
            `create trigger ${quote(`trigger ${index}`)} instead of insert on ${name} for each row execute function public.keep()`,
            `comment on trigger ${quote(`trigger ${index}`)} on ${name} is 'fires'`,
          ),
        ]
      : [
          ...of(
            0.5,
            `create index ${quote(`index ${index}`)} on ${name} (${column})`,
            `comment on index ${inSchema(`index ${index}`)} is 'index'`,
          ),
          ...of(
            0.3,
            `create index ${quote(`clustered ${index}`)} on ${name} (${column}) with (fillfactor = 40)`,
            `alter materialized view ${name} cluster on ${quote(`clustered ${index}`)}`,
          ),
          ...of(0.3, `alter materialized view ${name} alter column ${column} set statistics 77`),
          ...of(
            0.2,
            `create statistics ${inSchema(`stats ${index}`)} on ${column}, (${column} is null) from ${name}`,
          ),
        ];
  return [...shared, ...columns, ...own, ...of(0.2, `alter ${target} owner to ${dice.pick(roles)}`)];
}
