/** Runs something as if this process were in another time zone; Node reads the variable anew when it is set. */
export function inTimeZone(zone: string, work: () => void): void {
  const restore = setTimeZone(zone);
  try {
    work();
  } finally {
    restore();
  }
}

/** Moves this process to a time zone; returns a function that moves it back. */
export function setTimeZone(zone: string): () => void {
  const before = process.env['TZ'];
  process.env['TZ'] = zone;
  return () => {
    if (before === undefined) delete process.env['TZ'];
    else process.env['TZ'] = before;
  };
}
