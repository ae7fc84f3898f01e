/**
 * The project's own copy of Knex.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { knex as knexFactory } from 'knex';
import { ConfigError } from '../errors.js';

export type KnexFactory = typeof knexFactory;

/**
 * Returns the Knex that the project has installed, else the one beside limbeck.
 *
 * @throws ConfigError `KNEX_NOT_INSTALLED`
 */
export async function loadKnex(root: string): Promise<KnexFactory> {
  for (const base of [pathToFileURL(join(root, 'package.json')).href, import.meta.url]) {
    try {
      const module = createRequire(base)('knex') as { knex: KnexFactory };
      return module.knex;
    } catch (error) {
      if ((error as { code?: string }).code !== 'MODULE_NOT_FOUND') throw error;
    }
  }
  throw new ConfigError('KNEX_NOT_INSTALLED', {
    message: 'knex is not installed',
    where: root,
    next: 'run `npm install knex pg`',
  });
}
