import { expect } from 'chai';
import knex from 'knex';
import { type ConfigRequest, defineConfig, resolveConfig } from '../../lib/config/config.js';
import { defaultSettings } from '../../lib/config/settings.js';
import { openProject } from '../../lib/project.js';
import { temporaryProject } from '../helpers/project.js';
import { factsOf, rejectionOf } from '../helpers/thrown.js';

const root = '/srv/app';
const resolve = (exported: unknown, request: Partial<ConfigRequest> = {}) =>
  resolveConfig({ root, knexfile: 'knexfile.ts', exported, ...request });
const pg = (database: string) => ({ client: 'pg', connection: { database } });

describe('resolveConfig', () => {
  it('takes an object, a promise and a function, by themselves and as default', async () => {
    const config = pg('d');
    for (const exported of [
      config,
      Promise.resolve(config),
      () => config,
      async () => config,
      { default: config },
      { default: Promise.resolve(config) },
      { default: async () => config },
      { development: config, production: pg('p') },
      { default: () => ({ development: config }) },
    ]) {
      const { knex: taken, environment } = await resolve(exported);
      expect([taken, environment]).to.deep.equal([config, 'development']);
    }
  });

  it('chooses the environment: what is asked for, else NODE_ENV, else development', async () => {
    const exported = { development: pg('d'), test: pg('t'), production: pg('p') };
    const chosen = async (request: Partial<ConfigRequest>) => (await resolve(exported, request)).environment;
    expect(await chosen({})).to.equal('development');
    expect(await chosen({ variables: { NODE_ENV: 'test' } })).to.equal('test');
    expect(await chosen({ variables: { NODE_ENV: '' } })).to.equal('development');
    expect(await chosen({ environment: 'production', variables: { NODE_ENV: 'test' } })).to.equal(
      'production',
    );
  });

  it('uses a configuration without environments in all of them', async () => {
    const { knex: taken, environment } = await resolve(pg('d'), { variables: { NODE_ENV: 'production' } });
    expect([taken, environment]).to.deep.equal([pg('d'), 'production']);
    expect((await resolve({})).knex).to.deep.equal({});
  });

  it('refuses an unknown environment, with the near one and the list', async () => {
    const exported = { development: pg('d'), staging: pg('s'), production: pg('p') };
    const error = await rejectionOf(resolve(exported, { environment: 'prodution' }));
    expect(factsOf(error)).to.deep.equal({
      code: 'UNKNOWN_ENVIRONMENT',
      message: 'the knexfile has no environment "prodution"',
      where: 'knexfile.ts',
      next: 'did you mean "production"? Else choose one with `--env`: "development", "staging", "production"',
    });
    expect(error.details).to.deep.equal({ environments: ['development', 'staging', 'production'] });
  });

  it('refuses what is no configuration', async () => {
    for (const [exported, what] of [
      [undefined, 'undefined'],
      [null, 'null'],
      ['postgres://h/d', 'string'],
      [() => undefined, 'undefined'],
      [{ default: 5 }, 'number'],
    ] as const)
      expect(factsOf(await rejectionOf(resolve(exported)))).to.deep.equal({
        code: 'KNEXFILE_INVALID',
        message: `the knexfile exports ${what}, not a configuration`,
        where: 'knexfile.ts',
        next: 'export a Knex configuration object, or a function that returns one',
      });
  });

  it('refuses a function or a promise that fails', async () => {
    const boom = () => {
      throw new Error('no secret');
    };
    for (const [exported, what] of [
      [boom, 'function'],
      [async () => boom(), 'function'],
      [Promise.reject(new Error('no secret')), 'promise'],
    ] as const) {
      const error = await rejectionOf(resolve({ default: exported }));
      expect(factsOf(error)).to.deep.equal({
        code: 'KNEXFILE_INVALID',
        message: `the ${what} that the knexfile exports failed: no secret`,
        where: 'knexfile.ts',
        next: 'mend the knexfile',
      });
      expect(error.cause).to.be.instanceOf(Error);
    }
  });

  it('takes the clients of PostgreSQL, and classes made of them', async () => {
    class Own extends knex.Client {}
    const Postgres = knex({ client: 'pg' }).client.constructor as typeof knex.Client;
    class OwnPostgres extends Postgres {}
    for (const client of ['pg', 'postgres', 'postgresql', OwnPostgres])
      expect((await resolve({ client, connection: {} })).knex.client).to.equal(client);
    for (const [client, name] of [
      ['mysql2', '"mysql2"'],
      ['better-sqlite3', '"better-sqlite3"'],
      ['cockroachdb', '"cockroachdb"'],
      [Own, '"Own"'],
      [undefined, 'missing'],
    ] as const)
      expect(factsOf(await rejectionOf(resolve({ client, connection: {} })))).to.deep.equal({
        code: 'NOT_POSTGRESQL',
        message: `the client of environment "development" is ${name}`,
        where: 'knexfile.ts',
        next: "limbeck migrates PostgreSQL: set `client: 'pg'`",
      });
  });

  it('lets a connection that is not set be none', async () => {
    const { knex: taken } = await resolve(
      { production: { client: 'pg', connection: undefined } },
      { environment: 'production' },
    );
    expect(taken).to.deep.equal({ client: 'pg' });
  });

  it('puts settings together: defaults, Knex, block, variables, flags', async () => {
    const settings = async (block: object, request: Partial<ConfigRequest> = {}) =>
      (
        await resolve(
          { ...pg('d'), migrations: { directory: './db', schemaName: 'knex', tableName: 'k' }, ...block },
          request,
        )
      ).settings;
    expect((await resolve(pg('d'))).settings).to.deep.equal(defaultSettings);
    expect(await settings({})).to.deep.equal({ ...defaultSettings, directories: ['./db'], schema: 'knex' });
    const block = { limbeck: { schema: 'block', rawSql: 'block', ddl: { lockTimeout: '9 s', attempts: 9 } } };
    expect(await settings(block)).to.deep.include({
      schema: 'block',
      rawSql: 'block',
      directories: ['./db'],
    });
    const variables = { LIMBECK_SCHEMA: 'variable', LIMBECK_DDL_ATTEMPTS: '8' };
    expect(await settings(block, { variables })).to.deep.include({
      schema: 'variable',
      rawSql: 'block',
      ddl: { lockTimeout: 9_000, attempts: 8, statementTimeout: 0 },
    });
    expect(await settings(block, { variables, overrides: { schema: 'flag' } })).to.deep.include({
      schema: 'flag',
      rawSql: 'block',
    });
  });

  it('takes several directories of Knex, and folders that are spelled in full', async () => {
    const directory = [`${root}/db/one`, 'two', '/elsewhere/three'];
    const limbeck = { rawSql: `${root}/sql`, template: `${root}/script.txt` };
    const { settings } = await resolve({ ...pg('d'), migrations: { directory }, limbeck });
    expect(settings.directories).to.deep.equal(['db/one', 'two', '../../elsewhere/three']);
    expect([settings.rawSql, settings.template]).to.deep.equal(['sql', 'script.txt']);
  });

  it('says where a wrong setting stands', async () => {
    const where = async (exported: object, request: Partial<ConfigRequest> = {}) =>
      (await rejectionOf(resolve(exported, request))).where;
    const exported = { test: { ...pg('t'), limbeck: { nosuch: 1 } } };
    expect(await where(exported, { environment: 'test' })).to.equal('knexfile.ts, block "limbeck" of "test"');
    expect(await where(pg('d'), { variables: { LIMBECK_TRANSACTION: 'none' } })).to.equal(
      'LIMBECK_TRANSACTION',
    );
    expect(await where(pg('d'), { overrides: { schema: '' } })).to.equal('flags');
    expect((await rejectionOf(resolve({ ...pg('d'), limbeck: null }))).code).to.equal('INVALID_SETTING');
  });

  it('cannot be changed afterwards', async () => {
    const config = await resolve(pg('d'));
    expect([config, config.settings, config.settings.ddl].every((part) => Object.isFrozen(part))).to.equal(
      true,
    );
  });
});

describe('defineConfig', () => {
  it('returns what it is given', () => {
    const config = { development: pg('d') };
    expect(defineConfig(config)).to.equal(config);
  });
});

describe('knexfiles', () => {
  const config = `{ client: 'pg', connection: { host: 'h', port: 5433, user: 'u', database: 'd', password: 'secret' } }`;
  const shapes: [shape: string, code: (value: string) => string][] = [
    ['an object', (value) => value],
    ['a promise', (value) => `Promise.resolve(${value})`],
    ['a function', (value) => `() => (${value})`],
    ['an async function', (value) => `async () => (${value})`],
  ];
  const typed = `import { defineConfig } from 'limbeck';\nconst config = defineConfig(VALUE);\nexport default config;`;
  const esm = 'export default VALUE;';
  const commonJs = 'module.exports = VALUE;';
  const compiled =
    '"use strict";\nObject.defineProperty(exports, "__esModule", { value: true });\nexports.default = VALUE;';
  const languages: [file: string, type: string, text: string][] = [
    ...['module', 'commonjs'].flatMap((type): [string, string, string][] => [
      ['knexfile.ts', type, typed],
      ['knexfile.mts', type, typed],
      ['knexfile.cts', type, typed],
      ['knexfile.mjs', type, esm],
      ['knexfile.cjs', type, commonJs],
      ['knexfile.cjs', type, compiled],
    ]),
    ['knexfile.ts', 'commonjs', commonJs],
    ['knexfile.ts', 'commonjs', 'const config: object = VALUE;\nexport = config;'],
    ['knexfile.js', 'module', esm],
    ['knexfile.js', 'commonjs', commonJs],
    ['knexfile.js', 'commonjs', compiled],
  ];
  const variables = { NODE_ENV: 'production' };

  for (const [file, type, text] of languages) {
    it(`are read as ${file} of type ${type}: ${(text.split('\n').at(-1) ?? '').replace('VALUE', '…')}`, async () => {
      for (const [shape, code] of shapes) {
        for (const value of [config, `{ development: {}, production: ${config} }`]) {
          const files = {
            'package.json': JSON.stringify({ type }),
            'migrations/.gitkeep': '',
            [file]: text.replace('VALUE', () => code(value)),
          };
          const project = await openProject({
            folder: temporaryProject(files, { link: true }).root,
            variables,
          });
          expect(project.config.environment, shape).to.equal('production');
          expect(project.config.knexfile).to.equal(file);
          expect(await project.nameDatabase(), shape).to.equal('"d" on h:5433 as u');
        }
      }
    });
  }

  const open = (files: Readonly<Record<string, string>>, environment = 'development') =>
    openProject({ folder: temporaryProject(files, { link: true }).root, environment });

  it('may be one that throws, with the reason', async () => {
    const error = await rejectionOf(open({ 'knexfile.cjs': `throw new Error('no secret');` }));
    expect(error.code).to.equal('KNEXFILE_INVALID');
    expect(error.message).to.equal('the knexfile cannot be loaded: no secret');
    expect(error.next).to.equal('mend the knexfile');
    expect((await rejectionOf(open({ 'knexfile.mjs': 'export default {' }))).code).to.equal(
      'KNEXFILE_INVALID',
    );
  });

  it('need no connection in development, where the database is embedded, and one elsewhere', async () => {
    const files = { 'knexfile.cjs': `module.exports = { client: 'pg' };`, 'migrations/.gitkeep': '' };
    const project = await open(files);
    expect(await project.nameDatabase()).to.equal('embedded PostgreSQL in .limbeck/db');
    for (const environment of ['test', 'production']) {
      const { nameDatabase } = await open(files, environment);
      expect(factsOf(await rejectionOf(nameDatabase()))).to.deep.equal({
        code: 'NO_CONNECTION',
        message: `environment "${environment}" has no connection`,
        where: 'knexfile.cjs',
        next: 'set `connection` in the knexfile; if it comes from a variable such as DATABASE_URL, set that',
      });
    }
  });

  it('name the database without its password', async () => {
    const name = async (connection: string) => {
      const files = {
        'knexfile.cjs': `module.exports = { client: 'pg', connection: ${connection} };`,
        'migrations/.gitkeep': '',
      };
      return (await open(files)).nameDatabase();
    };
    expect(await name(`'postgres://u:secret@h:5433/d?sslmode=disable'`)).to.equal('"d" on h:5433 as u');
    expect(await name(`{ connectionString: 'postgres://u:secret@h/d' }`)).to.equal('"d" on h:5432 as u');
    expect(await name(`async () => ({ password: 'secret' })`)).to.equal('the connection of the knexfile');
  });
});
