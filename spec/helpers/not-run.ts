/**
 * Keeps account of what a run of the specs could not do, and prints it when the process ends.
 *
 * Nothing is skipped in silence: each missing piece gets one line that begins with `NOT RUN: `, and with
 * `LIMBECK_REQUIRE_ALL=1` in the environment a missing piece is an error instead.
 */
import { writeSync } from 'node:fs';
import type { Context } from 'mocha';

export type NotRunUnit = 'suite' | 'test';

interface MissingPiece {
  readonly piece: string;
  readonly reason: string;
  readonly unit: NotRunUnit;
  readonly count: number;
}

const missing = new Map<string, MissingPiece>();

/**
 * Records that one suite or test did not run for want of `piece`.
 *
 * @param piece - what is missing, such as `PostgreSQL 15`
 * @param reason - why, such as `no binaries found`
 * @throws Error when `LIMBECK_REQUIRE_ALL=1`
 */
export function recordNotRun(piece: string, reason: string, unit: NotRunUnit): void {
  if (isEverythingRequired()) {
    throw new Error(`${piece} is missing (${reason}), and LIMBECK_REQUIRE_ALL=1 asks for everything`);
  }
  if (missing.size === 0) process.once('exit', () => printNotRun());
  const key = `${piece} (${reason}) ${unit}`;
  const count = (missing.get(key)?.count ?? 0) + 1;
  missing.set(key, { piece, reason, unit, count });
}

/** Records that the running test cannot run for want of `piece`, and marks it as pending; does not return. */
export function skipTest(context: Context, piece: string, reason: string): never {
  recordNotRun(piece, reason, 'test');
  return context.skip();
}

/** Tells whether a missing piece must fail the run. */
export function isEverythingRequired(): boolean {
  return process.env['LIMBECK_REQUIRE_ALL'] === '1';
}

/** Returns the lines that are printed at the end of the run, one for each missing piece. */
export function notRunLines(): string[] {
  return [...missing.values()].map(
    ({ piece, reason, unit, count }) =>
      `NOT RUN: ${piece} (${reason}): ${count} ${unit}${count === 1 ? '' : 's'}`,
  );
}

/** Synchronous, because it runs while the process exits, after every reporter has had its say. */
function printNotRun(): void {
  const rule = '-'.repeat(72);
  writeSync(1, ['', rule, ...notRunLines(), rule, ''].join('\n'));
}
