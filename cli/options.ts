/** Options that every command has. */
import type { Options } from 'yargs';

export const sharedOptions = {
  env: {
    type: 'string',
    describe: 'Environment of the knexfile',
    defaultDescription: 'NODE_ENV, else development',
  },
  knexfile: {
    type: 'string',
    describe: 'The knexfile',
    defaultDescription: 'the nearest, here or in a folder above',
  },
  x: {
    type: 'string',
    array: true,
    nargs: 1,
    describe: 'Hand name=value to scripts (op.x) and to a knexfile that is a function; repeatable',
  },
  json: { type: 'boolean', describe: 'Print the result as one JSON document', default: false },
  quiet: { alias: 'q', type: 'boolean', describe: 'Say nothing but the result', default: false },
  verbose: { alias: 'v', type: 'boolean', describe: 'Say each statement', default: false },
  yes: { alias: 'y', type: 'boolean', describe: 'Answer questions with yes', default: false },
} as const satisfies Record<string, Options>;
