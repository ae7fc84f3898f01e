import { expect } from 'chai';
import { defaultSettings, mergeSettings, readSettings } from '../../lib/config/settings.js';
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
      [{ recursive: 'yes' }, 'true or false'],
      [{ slugLength: 0 }, 'a whole number from 1'],
      [{ fileName: '' }, 'a text that is not empty'],
      [{ fileName: '../{slug}' }, 'a file name, or a path inside the script directory'],
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
