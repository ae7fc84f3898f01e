/**
 * The knexfile that `limbeck init` writes, in each language; new scripts are written in the same one.
 */
/** TypeScript; JavaScript as ES modules; JavaScript as CommonJS. */
export const starterLanguages = ['ts', 'esm', 'cjs'] as const;
export type StarterLanguage = (typeof starterLanguages)[number];

const environments = `  // PostgreSQL in this folder, with nothing to install; for a server put its connection here.
  development: embedded('.limbeck/db'),

  production: {
    client: 'pg',
    connection: process.env.DATABASE_URL,
  },
`;

const esm = `import { defineConfig, embedded } from 'limbeck';

export default defineConfig({
${environments}});
`;

const cjs = `const { defineConfig, embedded } = require('limbeck');

module.exports = defineConfig({
${environments}});
`;

/** The text of the knexfile by language. */
export const starterKnexfiles: Readonly<Record<StarterLanguage, string>> = { ts: esm, esm, cjs };
