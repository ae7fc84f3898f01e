/**
 * Sinks with a database behind them, and the streams that Knex reads from it.
 */
import { errorMonitor } from 'node:events';
import type { Readable } from 'node:stream';
import type { Sink } from '../sql/statement.js';
import type { PgConnection } from './pg-connection.js';

/** A sink with a driver's connection behind it, which Knex may use. */
export interface ConnectedSink extends Sink {
  through<Result>(
    send: (connection: PgConnection) => Promise<Result>,
    goesBack: boolean,
    giveUp?: () => void,
  ): Promise<Result>;
  /** Told each text that goes through it. */
  announce(text: string, values: readonly unknown[]): void;
}

/** Tells whether there is a database behind a sink. */
export function isConnected(sink: Sink | ConnectedSink): sink is ConnectedSink {
  return 'through' in sink;
}

/**
 * Tells the stream every error, also those before the first row, and takes a stream that was left half read as
 * answered: Knex knows only of errors and ends of the query itself.
 */
export async function streamThrough(
  sink: ConnectedSink,
  send: (connection: PgConnection) => Promise<unknown>,
  stream: Readable,
): Promise<unknown> {
  let isTold = false;
  stream.once(errorMonitor, () => {
    isTold = true;
  });
  const closed = new Promise((resolve) => stream.once('close', resolve));
  try {
    return await sink.through(
      (connection) => Promise.race([send(connection), closed]),
      false,
      () => stream.destroy(),
    );
  } catch (error) {
    stream.destroy(isTold ? undefined : (error as Error));
    throw error;
  }
}
