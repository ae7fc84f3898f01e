/** What runs by itself: triggers, rules, event triggers. */
import { identifier } from '../../sql/syntax-tree.js';
import { type Field, flag, optional, printed, text, texts, word } from '../snapshot-field.js';
import {
  columnNames,
  describeKind,
  firingWords,
  qualified,
  relationWords,
  role,
  routine,
  sortedTexts,
} from '../snapshot-kind.js';

const onRelation = {
  schema: text('r.schema'),
  table: text('r.relname'),
  /** What `table` is. */
  of: word('r.relkind', relationWords),
};

/** Each is followed by a zero byte in the catalog. */
const triggerArguments: Field<readonly string[]> = {
  sql: `encode(t.tgargs, 'hex')`,
  read: (value) => Buffer.from(text('').read(value), 'hex').toString('utf8').split('\0').slice(0, -1),
};

/** Bits of `tgtype` (`pg_trigger.h`). */
const onRow = 1;
const [before, instead] = [2, 64];
const events = { insert: 4, delete: 8, update: 16, truncate: 32 } as const;

/** Triggers that somebody made; those behind foreign keys are told with the constraint. */
const trigger = describeKind({
  kind: 'trigger',
  catalog: 'pg_trigger',
  id: 't.oid',
  from: 'pg_trigger t JOIN relations r ON r.oid = t.tgrelid',
  where: 'NOT t.tgisinternal',
  fields: {
    ...onRelation,
    name: text('t.tgname'),
    timing: word(
      `CASE WHEN t.tgtype & ${before} <> 0 THEN 'b' WHEN t.tgtype & ${instead} <> 0 THEN 'i' ELSE 'a' END`,
      { b: 'before', i: 'instead of', a: 'after' },
    ),
    /** `insert`, `delete`, `update`, `truncate`. */
    events: texts(`(SELECT json_agg(e.event ORDER BY e.bit)
      FROM (VALUES ${Object.entries(events)
        .map(([event, bit]) => `('${event}', ${bit})`)
        .join(', ')}) AS e (event, bit) WHERE t.tgtype & e.bit <> 0)`),
    forEach: word(`CASE WHEN t.tgtype & ${onRow} <> 0 THEN 'r' ELSE 's' END`, { r: 'row', s: 'statement' }),
    /** Of UPDATE OF. */
    columns: columnNames('t.tgrelid', 't.tgattr::int2[]'),
    when: optional(
      text(
        `CASE WHEN t.tgqual IS NOT NULL THEN substring(pg_get_triggerdef(t.oid), 'WHEN \\((.*)\\) EXECUTE FUNCTION ') END`,
      ),
    ),
    function: routine('t.tgfoid'),
    arguments: triggerArguments,
    oldTable: optional(text('t.tgoldtable')),
    newTable: optional(text('t.tgnewtable')),
    constraint: flag('t.tgconstraint <> 0'),
    deferrable: flag('t.tgdeferrable'),
    initiallyDeferred: flag('t.tginitdeferred'),
    state: word('t.tgenabled', firingWords),
    /** Whether it came from the partitioned table. */
    inherited: flag('t.tgparentid <> 0'),
    definition: printed('pg_get_triggerdef(t.oid)'),
  },
  identity: ({ schema, table, name }) => `trigger ${identifier(name)} on ${qualified(schema, table)}`,
  partOf: ({ of, schema, table }) => `${of} ${qualified(schema, table)}`,
});

/** Rules, except the one inside each view. */
const rule = describeKind({
  kind: 'rule',
  catalog: 'pg_rewrite',
  id: 'w.oid',
  from: 'pg_rewrite w JOIN relations r ON r.oid = w.ev_class',
  where: `w.rulename <> '_RETURN'`,
  fields: {
    ...onRelation,
    name: text('w.rulename'),
    event: word('w.ev_type', { 1: 'select', 2: 'update', 3: 'insert', 4: 'delete' }),
    instead: flag('w.is_instead'),
    state: word('w.ev_enabled', firingWords),
    definition: text('pg_get_ruledef(w.oid)'),
  },
  identity: ({ schema, table, name }) => `rule ${identifier(name)} on ${qualified(schema, table)}`,
  partOf: ({ of, schema, table }) => `${of} ${qualified(schema, table)}`,
});

const eventTrigger = describeKind({
  kind: 'event trigger',
  catalog: 'pg_event_trigger',
  id: 'e.oid',
  from: 'pg_event_trigger e',
  fields: {
    name: text('e.evtname'),
    owner: role('e.evtowner'),
    event: text('e.evtevent'),
    /** The commands of WHEN TAG IN. */
    tags: sortedTexts('e.evttags'),
    function: routine('e.evtfoid'),
    state: word('e.evtenabled', firingWords),
  },
  identity: ({ name }) => `event trigger ${identifier(name)}`,
});

export const triggerKinds = [trigger, rule, eventTrigger] as const;
