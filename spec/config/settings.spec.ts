import { expect } from 'chai';
import {
  defaultSettings,
  mergeSettings,
  readSettings,
  settingsFromVariables,
} from '../../lib/config/settings.js';
import { factsOf, thrownBy } from '../helpers/thrown.js';

const read = (block: unknown) => readSettings(block, 'knexfile.ts');

describe('readSettings', () => {
  it('returns what it is given, in one form', () => {
    expect(read({})).to.deep.equal({});
    expect(read({ schema: undefined })).to.deep.equal({});
    expect(
      read({
        directories: 'db',
        kinds: ['procs'],
        transaction: 'all',
        edited: 'refuse',
        timeZone: 'europe/berlin',
      }),
    ).to.deep.equal({
      directories: ['db'],
      kinds: ['procs'],
      transaction: 'all',
      edited: 'refuse',
      timeZone: 'Europe/Berlin',
    });
    expect(read({ ddl: { attempts: 3 } })).to.deep.equal({ ddl: { attempts: 3 } });
  });

  it('reads durations as milliseconds', () => {
    const lockTimeout = (value: unknown) => read({ lockTimeout: value }).lockTimeout;
    expect(lockTimeout(0)).to.equal(0);
    expect(lockTimeout(1500)).to.equal(1500);
    expect(lockTimeout('1500')).to.equal(1500);
    expect(lockTimeout('250 ms')).to.equal(250);
    expect(lockTimeout('2s')).to.equal(2_000);
    expect(lockTimeout('1.5 min')).to.equal(90_000);
    expect(lockTimeout('1 h')).to.equal(3_600_000);
  });

  it('refuses values of the wrong kind, and says what they should be', () => {
    expect(factsOf(thrownBy(() => read({ lockTimeout: 'soon' })))).to.deep.equal({
      code: 'INVALID_SETTING',
      message: 'the setting "lockTimeout" must be milliseconds, or a duration such as "2 s"',
      where: 'knexfile.ts',
      next: 'correct the value',
    });
    const cases: [block: object, what: string][] = [
      [{ lockTimeout: -1 }, 'milliseconds, or a duration such as "2 s"'],
      [{ lockTimeout: '2 days' }, 'milliseconds, or a duration such as "2 s"'],
      [{ lockTimeout: null }, 'milliseconds, or a duration such as "2 s"'],
      [{ ddl: { statementTimeout: 's' } }, 'milliseconds, or a duration such as "2 s"'],
      [{ ddl: { attempts: 0 } }, 'a whole number from 1'],
      [{ ddl: { attempts: 1.5 } }, 'a whole number from 1'],
      [{ ddl: 5 }, 'an object'],
      [{ directories: [] }, 'a text or a list of texts'],
      [{ directories: ['a', 1] }, 'a text or a list of texts'],
      [{ schema: '' }, 'a text that is not empty'],
      [{ versionTable: 7 }, 'a text that is not empty'],
      [{ template: null }, 'a text that is not empty'],
      [{ transaction: 'none' }, '"revision" or "all"'],
      [{ edited: true }, '"warn" or "refuse"'],
      [{ timeZone: 'Berlin' }, 'an IANA time zone such as "Europe/Berlin"'],
    ];
    for (const [block, what] of cases) {
      const { code, message } = thrownBy(() => read(block));
      expect(code).to.equal('INVALID_SETTING');
      expect(message)
        .to.match(/^the setting ".*" must be /)
        .and.to.satisfy((text: string) => text.endsWith(what));
    }
    expect(thrownBy(() => read({ ddl: { attempts: 0 } })).message).to.include('"ddl.attempts"');
  });

  it('refuses a block that is none', () => {
    for (const block of [null, 'schema', 5]) {
      const { code, message } = thrownBy(() => read(block));
      expect([code, message]).to.deep.equal([
        'INVALID_SETTING',
        'the setting "limbeck" must be an object of settings',
      ]);
    }
  });

  it('refuses names that it does not know, with the near one and the list', () => {
    const error = thrownBy(() => read({ shema: 'app' }));
    expect(factsOf(error)).to.deep.equal({
      code: 'UNKNOWN_SETTING',
      message: 'there is no setting "shema"',
      where: 'knexfile.ts',
      next: `did you mean "schema"? Else remove it; the settings are ${Object.keys(defaultSettings).join(', ')}`,
    });
    expect(thrownBy(() => read({ xyz: 1 })).next).to.match(/^remove it; the settings are directories, /);
    expect(factsOf(thrownBy(() => read({ ddl: { attemps: 1 } })))).to.deep.include({
      message: 'there is no setting "ddl.attemps"',
      next: 'did you mean "attempts"? Else remove it; the settings are lockTimeout, attempts, statementTimeout',
    });
  });
});

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

describe('mergeSettings', () => {
  it('is the defaults where nothing is given', () => {
    expect(mergeSettings([])).to.deep.equal(defaultSettings);
  });

  it('lets the later place win, in ddl setting by setting', () => {
    const merged = mergeSettings([
      { schema: 'a', rawSql: 'x', ddl: { lockTimeout: 1, attempts: 1 } },
      { schema: 'b' },
      { ddl: { attempts: 2 } },
    ]);
    expect(merged).to.deep.equal({
      ...defaultSettings,
      schema: 'b',
      rawSql: 'x',
      ddl: { lockTimeout: 1, attempts: 2, statementTimeout: 0 },
    });
  });

  it('leaves the defaults alone', () => {
    mergeSettings([{ ddl: { attempts: 99 } }]);
    expect(defaultSettings.ddl.attempts).to.equal(10);
  });
});
