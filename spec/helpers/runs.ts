/** How many random cases a property is tried on: ten times as many in the long mode, `npm run test:long`. */
export function runs(count: number): number {
  return process.env['LIMBECK_LONG'] === '1' ? count * 10 : count;
}
