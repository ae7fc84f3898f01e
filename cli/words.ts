/**
 * Results in words.
 */

/** `3 revisions`, `1 revision`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** `340 ms`, `1.2 s`, `3 min 5 s`. */
export function duration(ms: number): string {
  // Rounded before it is compared: 999.6 ms are a second, 59.96 s a minute.
  const tenths = Math.round(ms / 100);
  const seconds = Math.round(ms / 1_000);
  if (Math.round(ms) < 1_000) return `${Math.round(ms)} ms`;
  if (tenths < 600) return `${(tenths / 10).toFixed(1)} s`;
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** Where a database is: its current revisions, or base. */
export function standing(current: readonly string[]): string {
  return current.length === 0 ? 'base' : current.join(', ');
}
