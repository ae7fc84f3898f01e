import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import {
  AssetError,
  ConfigError,
  DatabaseError,
  type ErrorCategory,
  type ErrorCode,
  errorCodes,
  LimbeckError,
  LockError,
  MigrationError,
  OfflineError,
  RevisionError,
  ScriptError,
  UsageError,
} from '../lib/errors.js';

const codes = Object.keys(errorCodes) as ErrorCode[];
const facts = { message: 'what', next: 'do' };

describe('LimbeckError', () => {
  it('keeps what it is told', () => {
    const cause = new Error('before');
    const error = new AssetError('ASSET_SYNTAX', {
      ...facts,
      where: 'a.sql:1:2',
      excerpt: '1 | x',
      cause,
      details: { path: 'a.sql' },
    });
    expect(error).to.be.instanceOf(LimbeckError).and.instanceOf(Error);
    expect({ ...error, message: error.message, cause: error.cause }).to.deep.equal({
      name: 'AssetError',
      code: 'ASSET_SYNTAX',
      message: 'what',
      where: 'a.sql:1:2',
      next: 'do',
      excerpt: '1 | x',
      details: { path: 'a.sql' },
      cause,
    });
    expect(String(error)).to.equal('AssetError: what');
  });

  it('has neither place nor details nor cause where there is none', () => {
    const error = new UsageError('USAGE', facts);
    expect([error.where, error.excerpt, error.details, 'cause' in error]).to.deep.equal([
      undefined,
      undefined,
      {},
      false,
    ]);
  });

  it('is named by who must act', () => {
    const errors = [
      new UsageError('USAGE', facts),
      new ConfigError('UNKNOWN_SETTING', facts),
      new RevisionError('CYCLE', facts),
      new ScriptError('NOT_A_SCRIPT', facts),
      new AssetError('ASSET_MISSING', facts),
      new MigrationError('STEP_FAILED', facts),
      new DatabaseError('DISK_FULL', facts),
      new LockError('LOCK_TIMEOUT', facts),
      new OfflineError('OFFLINE_READ', facts),
    ];
    for (const { name, code } of errors)
      expect(name.toLowerCase(), name).to.equal(`${errorCodes[code][0]}error`);
    expect(new Set(errors.map(({ name }) => name)).size).to.equal(errors.length);
  });

  it('ends a command with 64 for wrong usage, with 130 for an interrupt, else with 2', () => {
    const statusOf = (code: ErrorCode) => new MigrationError(code, facts).exitStatus;
    const categoryOf = (code: ErrorCode): ErrorCategory => errorCodes[code][0];
    for (const code of codes) {
      const expected = code === 'INTERRUPTED' ? 130 : categoryOf(code) === 'usage' ? 64 : 2;
      expect(statusOf(code), code).to.equal(expected);
    }
  });
});

describe('errorCodes', () => {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const texts = (folder: string, ending: string) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith(ending) && !/(^|\/)errors(\.spec)?\.ts$/.test(file))
      .map((file) => readFileSync(join(root, folder, file), 'utf8'))
      .join('\n');

  it('are public words, with one line each for the table', () => {
    for (const code of codes) {
      expect(code).to.match(/^[A-Z]+(_[A-Z]+)*$/);
      expect(errorCodes[code][1], code).to.match(/^[^\s].*[^.\s]$/);
    }
  });

  it('are all thrown somewhere, and provoked by a spec', () => {
    const [library, specs] = [`${texts('lib', '.ts')}\n${texts('cli', '.ts')}`, texts('spec', '.ts')];
    const isIn = (text: string, code: string) => new RegExp(`\\b${code}\\b`).test(text);
    expect(
      codes.filter((code) => !isIn(library, code)),
      'never thrown',
    ).to.deep.equal([]);
    expect(
      codes.filter((code) => !isIn(specs, code)),
      'without a spec',
    ).to.deep.equal([]);
  });
});
