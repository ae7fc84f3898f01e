/**
 * The way to another database of the same server.
 */
import type { Knex } from 'knex';

/** A URL, or settings of pg. */
export type ServerConnection = string | Knex.PgConnectionConfig;

/** Returns the connection with another database in it. */
export function inDatabase(connection: ServerConnection, database: string): Knex.PgConnectionConfig {
  if (typeof connection === 'string') return { connectionString: urlOf(connection, database) };
  const { connectionString } = connection;
  // The driver heeds what the URL says before what stands beside it.
  return connectionString === undefined
    ? { ...connection, database }
    : { ...connection, connectionString: urlOf(connectionString, database) };
}

/** Scheme and host, then the path, then the parameters. */
const urlPattern = /^(\w+:\/\/[^/?#]*)[^?#]*(.*)$/;

/** Writes a URL for a database of the server. A folder of sockets is no host of a URL, but a parameter. */
export function urlOf(connection: ServerConnection, database: string): string {
  // As text: URLs without a host, which mean a socket, are none to `URL`.
  if (typeof connection === 'string') return connection.replace(urlPattern, `$1/${database}$2`);
  const { user = '', password = '', host = 'localhost', port = 5432 } = connection;
  const secret = typeof password === 'string' && password !== '' ? `:${encodeURIComponent(password)}` : '';
  const who = user === '' ? '' : `${encodeURIComponent(user)}${secret}@`;
  return host.startsWith('/')
    ? `postgresql://${who}/${database}?host=${encodeURIComponent(host)}&port=${port}`
    : `postgresql://${who}${host}:${port}/${database}`;
}
