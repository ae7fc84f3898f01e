/**
 * The connections of the example, by environment.
 *
 * Without DATABASE_URL the development database is an embedded PostgreSQL in `.limbeck/db`.
 */
import { defineConfig, embedded } from 'limbeck';

const url = process.env['DATABASE_URL'];
const server = { client: 'pg', connection: url, pool: { min: 0 } };

export default defineConfig({
  development: url === undefined ? embedded('.limbeck/db') : server,
  test: server,
  production: server,
});
