/**
 * Chooses what to measure.
 *
 *     npm run bench -- [revisions] [rounds]      limbeck beside psql on the same generated work
 *     npm run bench -- graph [rounds]            reading and planning a large script directory
 *     npm run bench -- assets [rounds]           loading 128 SQL files beside psql
 */
const measurements = { graph: './graph.mjs', assets: './assets.mjs' };
await import(measurements[process.argv[2]] ?? './database.mjs');
