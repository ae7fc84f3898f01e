/**
 * What stands in the way of making a type anew.
 */

/** The SQLSTATEs that the blocks raise on purpose; class `LB` is nobody else's. */
export const conversionStates = { valueInUse: 'LB011', inTheWay: 'LB012' } as const;

/** A text for psql, which has no other advice. */
export const hints = {
  valueInUse: 'give the rows that hold it another value first',
  inTheWay: 'change it by hand: a new column, filled from the old one, in place of it',
} as const;
