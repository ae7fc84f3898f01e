import { expect } from 'chai';
import { settingsFromVariables, strangeVariables } from '../../lib/config/variables.js';
import { factsOf, thrownBy } from '../helpers/thrown.js';

describe('settingsFromVariables', () => {
  it('reads LIMBECK_* of every setting', () => {
    expect(
      settingsFromVariables({
        LIMBECK_DIRECTORIES: 'db/a,db/b',
        LIMBECK_RAW_SQL: 'sql',
        LIMBECK_SCHEMA: 'app',
        LIMBECK_VERSION_TABLE: 'alembic_version',
        LIMBECK_TRANSACTION: 'all',
        LIMBECK_LOCK_TIMEOUT: '5 s',
        LIMBECK_DDL_LOCK_TIMEOUT: '1s',
        LIMBECK_DDL_ATTEMPTS: '3',
        LIMBECK_SHADOW_URL: 'postgres://h/d',
      }),
    ).to.deep.equal({
      directories: ['db/a', 'db/b'],
      rawSql: 'sql',
      schema: 'app',
      versionTable: 'alembic_version',
      transaction: 'all',
      lockTimeout: 5_000,
      ddl: { lockTimeout: 1_000, attempts: 3 },
      shadowUrl: 'postgres://h/d',
    });
  });

  it('reads flags', () => {
    const recursive = (value: string) => settingsFromVariables({ LIMBECK_RECURSIVE: value }).recursive;
    expect(['true', '1', 'false', '0'].map(recursive)).to.deep.equal([true, true, false, false]);
    expect(thrownBy(() => recursive('yes')).code).to.equal('INVALID_SETTING');
  });

  it('refuses a slip of the finger, and suggests the variable', () => {
    expect(factsOf(thrownBy(() => settingsFromVariables({ LIMBECK_SHEMA: 'app' })))).to.deep.equal({
      code: 'UNKNOWN_SETTING',
      message: 'there is no setting for the variable "LIMBECK_SHEMA"',
      where: 'LIMBECK_SHEMA',
      next: 'did you mean "LIMBECK_SCHEMA"? Else rename it: variables that begin with LIMBECK_ are settings',
    });
    expect(thrownBy(() => settingsFromVariables({ LIMBECK_DDL_LOCK_TIMOUT: '1' })).next).to.match(
      /^did you mean "LIMBECK_DDL_LOCK_TIMEOUT"/,
    );
  });

  it('takes no notice of other variables', () => {
    expect(
      settingsFromVariables({ LIMBECK_LONG: '1', SCHEMA: 'x', limbeck_schema: 'x', PATH: '/' }),
    ).to.deep.equal({});
    expect(settingsFromVariables({ LIMBECK_SCHEMA: undefined })).to.deep.equal({});
  });

  it('names the variable whose value is wrong', () => {
    const { message, where } = thrownBy(() => settingsFromVariables({ LIMBECK_DDL_ATTEMPTS: 'many' }));
    expect([message, where]).to.deep.equal([
      'the setting "ddl.attempts" must be a whole number from 1',
      'LIMBECK_DDL_ATTEMPTS',
    ]);
    expect(thrownBy(() => settingsFromVariables({ LIMBECK_RAW_SQL: '' })).where).to.equal('LIMBECK_RAW_SQL');
  });
});

describe('strangeVariables', () => {
  it('lists variables of our name that are no settings', () => {
    const variables = { LIMBECK_TIMEOUT: '5 s', LIMBECK_SCHEMA: 'app', LIMBECK_DDL_ATTEMPTS: '2', PATH: '/' };
    expect(strangeVariables({ ...variables, LIMBECK_LONG: '1' })).to.deep.equal([
      'LIMBECK_LONG',
      'LIMBECK_TIMEOUT',
    ]);
    expect(strangeVariables(variables)).to.deep.equal(['LIMBECK_TIMEOUT']);
  });
});
