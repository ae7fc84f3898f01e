import { hostname } from 'node:os';
import { expect } from 'chai';
import type { AssetVersion } from '../../lib/assets/asset-history.js';
import { Ledger } from '../../lib/runtime/ledger.js';
import { quoteLiteral } from '../../lib/sql/quote.js';
import { controlsTransaction } from '../../lib/sql/statement.js';
import { splitCommands } from '../../lib/sql/scan.js';
import { toolVersion } from '../../lib/version.js';

const ledger = new Ledger({ schema: 'app', versionTable: 'limbeck_version' });
const odd = new Ledger({ schema: 'My "App"', versionTable: "it's" });

describe('Ledger', () => {
  it('names its tables', () => {
    expect(ledger.tables).to.deep.equal([
      'app.limbeck_version',
      'app.limbeck_log',
      'app.limbeck_assets',
      'app.limbeck_stages',
    ]);
  });

  it('asks in one query what is there', () => {
    expect(`select ${ledger.existenceColumns}`).to.equal(
      `select to_regnamespace('"app"') is not null as has_schema, to_regclass('"app"."limbeck_version"') is not null as has_version, to_regclass('"app"."limbeck_version"') is not null and to_regclass('"app"."limbeck_log"') is not null and to_regclass('"app"."limbeck_assets"') is not null and to_regclass('"app"."limbeck_stages"') is not null as has_ledger, to_regclass('"app"."limbeck_log"') is not null and not exists (select from pg_catalog.pg_attribute where attrelid = to_regclass('"app"."limbeck_log"') and attname = 'script_file') as is_log_older, (select information_schema._pg_char_max_length(atttypid, atttypmod) from pg_catalog.pg_attribute where attrelid = to_regclass('"app"."limbeck_version"') and attname = 'version_num') as row_width`,
    );
    expect(odd.existenceColumns).to.include(`to_regclass('"My ""App"""."it''s"')`);
  });

  it('creates what is missing in one transaction, and the schema only where it is missing', () => {
    const first = (text: string) => splitCommands(text).map((command) => command.text.split('(')[0]?.trim());
    expect(first(ledger.createText(false))).to.deep.equal([
      'begin',
      "do 'begin perform pg_advisory_xact_lock",
      'create schema if not exists "app"',
      'create table if not exists "app"."limbeck_version"',
      'create table if not exists "app"."limbeck_log"',
      'create table if not exists "app"."limbeck_assets"',
      'create table if not exists "app"."limbeck_stages"',
      'commit',
    ]);
    expect(first(ledger.createText(true))).to.not.include('create schema if not exists "app"');
  });

  it('reads version rows in order', () => {
    expect(ledger.readRowsText).to.equal(
      'select version_num from "app"."limbeck_version" order by version_num',
    );
    expect(splitCommands(ledger.readText).map(({ text }) => text)).to.deep.equal([
      'select version_num from "app"."limbeck_version" order by version_num',
      'select path, sha256, revision from "app"."limbeck_assets"',
    ]);
  });

  describe('moveRows', () => {
    const moved = (deleted: string[], inserted: string[]) => ledger.moveRows({ deleted, inserted });

    it('deletes and inserts in one command, which fails where a row is not there', () => {
      expect(moved(['a', 'b'], ['c'])[1]?.text).to.equal(
        `with moved as (select 2 as expected), gone as (delete from "app"."limbeck_version" where version_num in ('a', 'b') returning 1), come as (insert into "app"."limbeck_version" (version_num) values ('c')) select 1 / (case when expected = (select count(*) from gone) then 1 else 0 end) from moved`,
      );
      expect(moved([], ['c', 'd'])[1]?.text).to.equal(
        `with moved as (select 0 as expected), come as (insert into "app"."limbeck_version" (version_num) values ('c'), ('d')) select 1 / (case when expected = 0 then 1 else 0 end) from moved`,
      );
      expect(moved(['a'], [])[1]?.text).to.equal(
        `with moved as (select 1 as expected), gone as (delete from "app"."limbeck_version" where version_num in ('a') returning 1) select 1 / (case when expected = (select count(*) from gone) then 1 else 0 end) from moved`,
      );
    });

    it('checks first that the transaction is the one that was begun', () => {
      expect(moved(['a'], [])[0]?.text).to.equal(
        "select 1 / (case when current_setting('limbeck.transaction', true) = pg_current_xact_id()::text then 1 else 0 end)",
      );
    });

    it('says what it means when the server refuses', () => {
      const [transaction, rows] = moved(['a'], ['b']);
      const cause = new Error('division by zero');
      const lost = transaction?.explain?.('22012', cause);
      expect([lost?.code, lost?.message, lost?.cause]).to.deep.equal([
        'TRANSACTION_LOST',
        'the transaction of the revision ended before its version rows were written',
        cause,
      ]);
      for (const sqlstate of ['22012', '23505']) {
        const changed = rows?.explain?.(sqlstate, cause);
        expect([changed?.code, changed?.next]).to.deep.equal([
          'ROWS_CHANGED',
          'see where the database stands with `limbeck current`, and run the command again',
        ]);
      }
      expect(transaction?.explain?.('23505', cause)).to.equal(undefined);
      expect(rows?.explain?.('42601', cause)).to.equal(undefined);
    });
  });

  it('logs an event; how long it took the server knows', () => {
    const event = {
      revision: 'a',
      direction: 'upgrade',
      outcome: 'applied',
      scriptSha256: 'ab',
      scriptFile: 'migrations/a.ts',
    } as const;
    const head =
      'insert into "app"."limbeck_log" (revision, direction, outcome, host, tool_version, script_sha256, script_file, error, duration_ms) values ';
    const about = `${quoteLiteral(hostname())}, '${toolVersion()}'`;
    expect(ledger.log(event).text).to.equal(
      `${head}('a', 'upgrade', 'applied', ${about}, 'ab', 'migrations/a.ts', null, (extract(epoch from clock_timestamp() - now()) * 1000)::bigint)`,
    );
    expect(
      ledger.log({
        ...event,
        direction: null,
        outcome: 'failed',
        scriptSha256: null,
        scriptFile: null,
        error: "it's \\ no",
        durationMs: 1.6,
      }).text,
    ).to.equal(`${head}('a', null, 'failed', ${about}, null, null, E'it''s \\\\ no', 2)`);
  });

  it('notes assets in one statement, with their objects as the server prints them', () => {
    const version = (path: string, ...objects: string[]) =>
      ({ revision: 'a', path, sha256: 'ab', entry: { objects } }) as unknown as AssetVersion;
    const [made] = ledger.installAssets([
      version(
        'procs/f.sql',
        'function public.f(text)',
        'materialized view public."It\'s"',
        'domain public.d',
      ),
      version('grants/g.sql'),
    ]);
    expect(made?.text).to.match(
      /^insert into "app"\."limbeck_assets" \(path, sha256, revision, identities\)\n/,
    );
    expect(made?.text).to.include(`from (values
  ('procs/f.sql', 'ab', 'a', 0, 'function ', 'pg_proc', '"public"', 'f', 1, 'public.f(text)'),
  ('procs/f.sql', 'ab', 'a', 1, 'materialized view ', 'pg_class', '"public"', 'It''s', 0, 'public."It''s"'),
  ('procs/f.sql', 'ab', 'a', 2, 'domain ', 'pg_type', '"public"', 'd', 0, 'public.d'),
  ('grants/g.sql', 'ab', 'a', 0, '', '', '', '', 0, '')
) as asset`);
    expect(ledger.installAssets([])).to.deep.equal([]);
    expect(ledger.removeAssets(["procs/it's.sql", 'a']).map(({ text }) => text)).to.deep.equal([
      `delete from "app"."limbeck_assets" where path in ('procs/it''s.sql', 'a')`,
    ]);
    expect(ledger.removeAssets([])).to.deep.equal([]);
  });

  it('empties its tables', () => {
    expect(ledger.clearRows.text).to.equal('delete from "app"."limbeck_version"');
    expect(ledger.clearAssets.text).to.equal('delete from "app"."limbeck_assets"');
  });

  it('keeps to one command in each statement, whatever the names', () => {
    const event = {
      revision: "';commit;--",
      direction: null,
      outcome: 'stamped',
      scriptSha256: null,
    } as const;
    for (const { text } of [
      ...odd.moveRows({ deleted: ["x'; drop table y; --"], inserted: ['\\'] }),
      odd.log(event),
      ...odd.removeAssets(["';"]),
      odd.clearRows,
    ]) {
      expect(splitCommands(text), text).to.have.length(1);
      expect(splitCommands(text).some(controlsTransaction)).to.equal(false);
    }
  });
});
