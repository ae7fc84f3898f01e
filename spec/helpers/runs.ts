/** How many random cases a property is tried on: ten times as many in the long mode, `npm run test:long`. */
export function runs(count: number): number {
  return isLong ? count * 10 : count;
}

/** Whether this is the long mode. */
export const isLong = process.env['LIMBECK_LONG'] === '1';
