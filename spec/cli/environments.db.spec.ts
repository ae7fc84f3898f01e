import { expect } from 'chai';
import { limbeckIn } from '../helpers/cli.js';
import { cliProject, tableScript } from '../helpers/cli-project.js';
import type { TemporaryProject } from '../helpers/project.js';

const secret = 'tr0ub4dor&3';
const address = `postgres://joe:${encodeURIComponent(secret)}@127.0.0.1:1/shop`;

const knexfile = `export default {
  development: { client: 'pg' },
  test: { client: 'pg' },
  production: { client: 'pg', connection: undefined },
  url: { client: 'pg', connection: ${JSON.stringify(address)} },
  fields: {
    client: 'pg',
    connection: { host: '127.0.0.1', port: 1, user: 'joe', password: ${JSON.stringify(secret)}, database: 'shop' },
  },
  nested: { client: 'pg', connection: { connectionString: ${JSON.stringify(address)} } },
  lite: { client: 'sqlite3', connection: { filename: ':memory:' } },
  typo: { client: 'pg', limbeck: { lockTimout: '3 s' } },
};
`;

describe('environments', () => {
  let project: TemporaryProject;
  before(async () => {
    project = await cliProject({ 'knexfile.js': knexfile, 'migrations/1_a.js': tableScript('a') });
  });
  const limbeck = (...words: string[]) => limbeckIn(project.root)(...words);

  it('lists the environments that there are when one is mistyped', async () => {
    const { stderr, status } = await limbeck('current', '--env', 'prodution');
    expect(stderr).to.equal(`error[UNKNOWN_ENVIRONMENT]: the knexfile has no environment "prodution"
  where: knexfile.js
  next:  did you mean "production"? Else choose one with \`--env\`: "development", "test", "production", "url", "fields", "nested", "lite", "typo"
`);
    expect(status).to.equal(2);
  });

  it('takes --env before NODE_ENV before development', async () => {
    const environmentOf = async (env: Record<string, string>, ...flags: string[]) => {
      const { stdout, stderr } = await limbeckIn(project.root, { env })('current', ...flags, '--json');
      return (JSON.parse(stdout) as { environment?: string }).environment ?? stderr;
    };
    expect(await environmentOf({})).to.equal('development');
    expect(await environmentOf({ NODE_ENV: 'production' }, '--env', 'development')).to.equal('development');
    expect(await limbeckIn(project.root, { env: { NODE_ENV: 'nope' } })('heads')).to.include({ status: 2 });
  });

  it('uses the embedded database for want of a connection in development', async () => {
    const { stderr, status } = await limbeck('current');
    expect(stderr).to.equal('database: embedded PostgreSQL in .limbeck/db (development)\n');
    expect(status).to.equal(0);
  });

  for (const environment of ['test', 'production']) {
    it(`wants a connection in ${environment}`, async () => {
      const { stdout, stderr, status } = await limbeck('upgrade', '--env', environment);
      expect(stderr).to.match(
        new RegExp(
          `^error\\[NO_CONNECTION\\]: environment "${environment}" has no connection\n {2}where: knexfile.js\n`,
        ),
      );
      expect(stderr).to.contain('DATABASE_URL');
      expect({ stdout, status }).to.deep.equal({ stdout: '', status: 2 });
    });
  }

  it('refuses a client that is not PostgreSQL', async () => {
    const { stderr, status } = await limbeck('current', '--env', 'lite');
    expect(stderr).to.match(/^error\[NOT_POSTGRESQL\]: the client of environment "lite" is "sqlite3"\n/);
    expect(status).to.equal(2);
  });

  it('suggests the setting that was meant', async () => {
    const { stderr } = await limbeck('current', '--env', 'typo');
    expect(stderr).to.contain('error[UNKNOWN_SETTING]: there is no setting "lockTimout"');
    expect(stderr).to.contain('did you mean "lockTimeout"?');
  });

  for (const environment of ['url', 'fields', 'nested']) {
    it(`names the database of ${environment} first, and never its password`, async () => {
      const commands = [['current'], ['upgrade'], ['downgrade', 'base'], ['downgrade', 'base', '--yes']];
      for (const words of commands) {
        for (const flags of [[], ['--json'], ['--verbose']]) {
          const { stdout, stderr } = await limbeck(...words, '--env', environment, ...flags);
          expect(stdout + stderr)
            .to.contain('shop')
            .and.to.not.contain('tr0ub');
        }
      }
      const { stderr } = await limbeck('current', '--env', environment);
      expect(stderr).to.match(
        new RegExp(`^database: "shop" on 127.0.0.1:1 as joe \\(${environment}\\)\nerror`),
      );
    });
  }
});
