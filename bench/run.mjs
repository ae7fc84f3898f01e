/**
 * Chooses what to measure.
 *
 *     npm run bench -- [revisions] [rounds]      limbeck beside psql on the same generated work
 *     npm run bench -- graph [rounds]            reading and planning a large script directory
 */
await import(process.argv[2] === 'graph' ? './graph.mjs' : './database.mjs');
