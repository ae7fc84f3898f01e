/**
 * SQL files of the random histories: what is in them, how they are written, and what they should leave in a database.
 *
 * A file has slots, each a line that defines one object or none, with lines between them that never change: what
 * branches change in different slots can be merged, what they change in one slot cannot.
 */

export type Kind = 'types' | 'procs' | 'views';

/** An object: a number that only this version of it has, and its form. */
export interface Slot {
  readonly constant: number;
  readonly form: number;
  /** Of a type: its values, the newest of which is the number. */
  readonly values: readonly number[];
}

/** The text of a file as data. Its number stays the same when the file gets another name. */
export interface ModelFile {
  readonly number: number;
  readonly kind: Kind;
  readonly slots: readonly (Slot | undefined)[];
}

/** What the catalog should say of an object, by name. */
export type ModelObjects = ReadonlyMap<string, string>;

export const slotCount = 3;
/** The view and the function that the views of other files read. */
export const [lowView, lowFunction] = [0, 1] as const;
const formCount = 3;

/** How names of objects and files of a kind begin. */
export const letterOf: Record<Kind, string> = { types: 't', procs: 'f', views: 'v' };

/** Writes the text of a file. */
export function textOf(file: ModelFile): string {
  const lines = file.slots.flatMap((slot, index) => [
    `-- ${index} of ${file.number}`,
    ...(slot === undefined ? [] : [definition(file, index, slot)]),
    `-- end of ${index}`,
  ]);
  return `${lines.join('\n')}\n`;
}

/** Returns the objects that a file defines, by identity, with what tells its versions apart. */
export function objectsOf(file: ModelFile): ModelObjects {
  return new Map(
    file.slots.flatMap((slot, index) =>
      slot === undefined ? [] : [[identity(file, index, slot), contents(file, slot)] as const],
    ),
  );
}

function definition(file: ModelFile, index: number, slot: Slot): string {
  const { constant, values } = slot;
  if (file.kind === 'types')
    return `create type t${file.number}_${index} as enum (${values.map((each) => `'c${each}'`).join(', ')});`;
  if (file.kind === 'procs')
    return `create or replace function ${identity(file, index, slot)} returns ${typeOf(slot)} language sql as $$ select ${value(slot)} $$;`;
  const below = index === 0 ? `v${lowView}_0` : `v${file.number}_0`;
  const from =
    file.number === lowView && index === 0
      ? ''
      : `, low.n::text || f${lowFunction}_0() as l from ${below} as low`;
  const first = slot.form === 2 ? `${constant} as before_n, ` : '';
  return `create or replace view v${file.number}_${index} as select ${first}${value(slot)} as n${from};`;
}

function identity({ number, kind }: ModelFile, index: number, { form }: Slot): string {
  if (kind !== 'procs') return `${letterOf[kind]}${number}_${index}`;
  // What views read keeps its arguments.
  return `f${number}_${index}(${form === 2 && number !== lowFunction ? 'integer' : ''})`;
}

function contents({ kind }: ModelFile, slot: Slot): string {
  if (kind === 'types') return slot.values.map((each) => `c${each}`).join(' ');
  const extra = kind === 'views' && slot.form === 2 ? 'before_n ' : '';
  return `${extra}${typeOf(slot)} ${slot.constant}`;
}

function typeOf({ form }: Slot): string {
  return form % formCount === 1 ? 'text' : 'integer';
}

function value(slot: Slot): string {
  return typeOf(slot) === 'text' ? `'${slot.constant}'::text` : String(slot.constant);
}
