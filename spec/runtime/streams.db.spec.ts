import { Readable } from 'node:stream';
import knex, { type Knex } from 'knex';
import { upgrade } from '../../lib/index.js';
import { describeOnServers } from '../helpers/database.js';
import { emptyDatabase } from '../helpers/database-state.js';
import { type ExpectedFailure, expectRefusal } from '../helpers/failure.js';
import { migrationProject } from '../helpers/migration-project.js';

type ClientClass = new (config: Knex.Config) => Knex.Client;

interface QueryConnection {
  query(text: string): Promise<{ readonly rows: readonly object[] }>;
}

/** A project's own client, which streams without the package that Knex wants for it. */
function streamingClient(config: Knex.Config): typeof Knex.Client {
  const Base = knex(config).client.constructor as ClientClass;
  class StreamingClient extends Base {
    _stream(connection: QueryConnection, { sql }: { readonly sql: string }, stream: Readable) {
      return new Promise((resolve, reject) => {
        connection.query(sql).then(({ rows }) => {
          const source = Readable.from(rows);
          source.on('end', resolve);
          source.pipe(stream as never);
        }, reject);
      }).catch((error) => {
        stream.emit('error', error);
        throw error;
      });
    }
  }
  return StreamingClient as unknown as typeof Knex.Client;
}

const rows = "op.knex.raw('select generate_series(1, 100) as i').stream()";

describeOnServers('a stream in a script', (database) => {
  beforeEach(() => emptyDatabase(database));

  async function expectRefused(body: string, expected: ExpectedFailure, own: Knex.Config = {}) {
    const { open } = migrationProject(database.config, {
      scripts: { a: { upgrade: `await op.execute('create table half ()');\n${body}` } },
      knex: own,
    });
    await expectRefusal(database, async () => upgrade(await open()), expected);
  }

  it('without the package that Knex wants for it says so', async () => {
    await expectRefused(`for await (const row of ${rows}) throw row;`, {
      code: 'STEP_FAILED',
      message: /streaming requires the 'pg-query-stream' package/,
    });
  });

  describe('of a client that streams', () => {
    const own = () => ({ client: streamingClient(database.config) });

    it('gives its rows', async () => {
      const count = `let sum = 0;\nfor await (const { i } of ${rows}) sum += i;`;
      await expectRefused(
        `${count}\nthrow new Error(\`the sum is \${sum}\`);`,
        { code: 'STEP_FAILED', message: /the sum is 5050/ },
        own(),
      );
    });

    it('tells of an error in what was recorded before it', async () => {
      await expectRefused(
        `await op.execute('select 1 / 0');\nfor await (const row of ${rows}) throw row;`,
        { code: 'SQL_FAILED', message: /division by zero/ },
        own(),
      );
    });

    it('tells of an error that was caught before it', async () => {
      await expectRefused(
        `await op.knex('nowhere').catch(() => {});\nfor await (const row of ${rows}) throw row;`,
        { code: 'SWALLOWED_ERROR' },
        own(),
      );
    });

    it('tells of an error of its own', async () => {
      await expectRefused(
        "for await (const row of op.knex('nowhere').stream()) throw row;",
        { code: 'SQL_FAILED', message: /relation "nowhere" does not exist/ },
        own(),
      );
    });

    const leaving = {
      'whose loop throws': `for await (const row of ${rows}) throw new Error('enough');`,
      'that is left before a failure': `for await (const row of ${rows}) break;\nthrow new Error('enough');`,
      'that stays half read': `await ${rows}[Symbol.asyncIterator]().next();\nthrow new Error('enough');`,
    };
    for (const [what, body] of Object.entries(leaving)) {
      it(`${what} is rolled back`, async () => {
        await expectRefused(body, { code: 'STEP_FAILED', message: /enough/ }, own());
      });
    }
  });
});
