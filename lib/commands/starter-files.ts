/**
 * The knexfile that `limbeck init` writes.
 */
const environments = `  // PostgreSQL in this folder, with nothing to install; for a server put its connection here.
  development: embedded('.limbeck/db'),

  production: {
    client: 'pg',
    connection: process.env.DATABASE_URL,
  },
`;

export const starterKnexfiles = {
  esm: `import { defineConfig, embedded } from 'limbeck';

export default defineConfig({
${environments}});
`,
  commonjs: `const { defineConfig, embedded } = require('limbeck');

module.exports = defineConfig({
${environments}});
`,
} as const;
