/**
 * Random histories as compact data, from which the same history is made each time: small numbers that are taken modulo
 * what there is, so that any part may be left out when a failure is shrunk.
 */
import * as fc from 'fast-check';

/** One change to a file. */
export interface EditSeed {
  readonly what: 'change' | 'form' | 'object' | 'without' | 'add' | 'delete' | 'rename';
  readonly file: number;
  readonly slot: number;
}

/** One or two revisions, or a merge. */
export type EventSeed =
  | {
      readonly kind: 'revise';
      readonly at: number;
      readonly needs: number;
      readonly edits: readonly EditSeed[];
    }
  /** Two branches that change the same file. */
  | {
      readonly kind: 'fork';
      readonly at: number;
      readonly file: number;
      readonly slots: readonly [number, number];
      readonly edits: readonly EditSeed[];
    }
  | { readonly kind: 'merge'; readonly at: number; readonly live: number; readonly all: boolean };

export interface WalkSeed {
  readonly way: 'up' | 'down';
  readonly at: number;
}

export interface HistorySeed {
  readonly events: readonly EventSeed[];
  readonly walk: readonly WalkSeed[];
  readonly isOneTransaction: boolean;
}

const small = fc.nat(11);

const edit = fc.record<EditSeed>({
  what: fc.constantFrom('change', 'change', 'form', 'object', 'without', 'add', 'delete', 'rename'),
  file: small,
  slot: small,
});
const edits = fc.array(edit, { minLength: 1, maxLength: 3 });
const revise = fc.record({ kind: fc.constant('revise' as const), at: small, needs: small, edits });
const fork = fc.record({
  kind: fc.constant('fork' as const),
  at: small,
  file: small,
  slots: fc.tuple(small, small),
  edits: fc.array(edit, { maxLength: 2 }),
});
const merge = fc.record({ kind: fc.constant('merge' as const), at: small, live: small, all: fc.boolean() });

/** Ends with a merge, where there is something to merge. */
export const histories: fc.Arbitrary<HistorySeed> = fc.record({
  events: fc
    .tuple(
      fc.array(fc.oneof(revise, fork, fork, merge), { minLength: 1, maxLength: 4 }),
      merge,
      fc.array(fc.oneof(revise, merge), { maxLength: 1 }),
    )
    .map(([first, join, rest]) => [...first, join, ...rest]),
  walk: fc.array(fc.record<WalkSeed>({ way: fc.constantFrom('up', 'up', 'down'), at: fc.nat(23) }), {
    minLength: 2,
    maxLength: 6,
  }),
  isOneTransaction: fc.boolean(),
});
