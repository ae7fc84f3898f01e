/**
 * PGlite as something that Knex connects to, through the stock pg driver.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { PGlite } from '@electric-sql/pglite';
import type { Knex } from 'knex';

/**
 * Makes what Knex connects with.
 *
 * @param atEnd - what is done when the connection ends, before its end is announced
 */
export async function endingConfig(
  pglite: PGlite,
  atEnd: () => Promise<void>,
): Promise<Knex.ConnectionConfig> {
  const { createPgConfig } = await import('@electric-sql/pglite/node-postgres');
  const config = createPgConfig(pglite);
  const { connection } = config;
  const emit = connection.emit.bind(connection);
  let isOpen = true;
  connection.emit = (event, ...args) => {
    if (event !== 'end' || !isOpen) return emit(event, ...args);
    isOpen = false;
    void atEnd().then(() => emit('end'));
    return true;
  };
  // Knex asks for the connection anew when the last one is gone.
  return Object.assign(config, { expirationChecker: () => !isOpen }) as unknown as Knex.ConnectionConfig;
}

/** In milliseconds; a PGlite that has failed may never finish closing. */
const longestClose = 5_000;

/** Closes a PGlite, and waits no longer than a few seconds for it. */
export async function closeInTime(pglite: PGlite): Promise<void> {
  const timer = new AbortController();
  const closed = pglite.close().catch(() => {});
  await Promise.race([closed, sleep(longestClose, undefined, timer).catch(() => {})]);
  timer.abort();
}
