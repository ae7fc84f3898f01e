/**
 * The tables, declared once, as they are when every revision is applied.
 *
 * Types, procs and views are in raw_sql. The partitions of crash_reports are not declared: add_crash_week
 * makes them and drop_crash_weeks drops them.
 */
import type { Knex } from 'knex';

export default function tables(schema: Knex.SchemaBuilder): Knex.SchemaBuilder {
  return (
    schema
      .createTable('products', (t) => {
        t.text('product').primary();
        t.text('title').notNullable();
      })
      .createTable('releases', (t) => {
        t.text('product').notNullable().references('product').inTable('products');
        t.text('version').notNullable();
        t.specificType('channel', 'channel').notNullable();
        t.date('released_on').notNullable();
        t.primary(['product', 'version']);
      })

      // Knex's builder has no partitioning: this table is SQL, its indexes and comments are not.
      .raw(`
        create table crash_reports (
          crash_id uuid not null,
          reported_at timestamptz not null,
          product text not null,
          version text not null,
          platform platform not null,
          frames text[] not null,
          annotations jsonb not null default '{}',
          signature text,
          primary key (crash_id, reported_at),
          foreign key (product, version) references releases (product, version)
        ) partition by range (reported_at)
      `)
      .alterTable('crash_reports', (t) => {
        t.comment('One row for each crash, in weekly partitions (see add_crash_week)');
        t.index(['product', 'version', 'reported_at']);
        t.index('signature');
      })
      .raw(`comment on column crash_reports.frames is 'Functions on the stack, the topmost first'`)

      // reports
      .createTable('active_installs', (t) => {
        t.date('day').notNullable();
        t.text('product').notNullable();
        t.text('version').notNullable();
        t.integer('installs').notNullable();
        t.primary(['day', 'product', 'version']);
        t.foreign(['product', 'version']).references(['product', 'version']).inTable('releases');
      })
      .createTable('daily_crashes', (t) => {
        t.comment('Counts of crash_reports, kept by summarise_day');
        t.date('day').notNullable();
        t.text('product').notNullable();
        t.text('version').notNullable();
        t.specificType('platform', 'platform').notNullable();
        t.integer('crashes').notNullable();
        t.integer('hangs').notNullable().defaultTo(0).comment('Those of the crashes that were hangs');
        t.primary(['day', 'product', 'version', 'platform']);
        t.foreign(['product', 'version']).references(['product', 'version']).inTable('releases');
      })
      .createTable('daily_signatures', (t) => {
        t.comment('Counts of crash_reports, kept by summarise_day');
        t.date('day').notNullable();
        t.text('product').notNullable().references('product').inTable('products');
        t.text('signature').notNullable();
        t.integer('crashes').notNullable();
        t.primary(['day', 'product', 'signature']);
      })

      // signatures
      .createTable('frame_rules', (t) => {
        t.text('pattern').primary();
        t.specificType('action', 'frame_action').notNullable();
      })
      .createTable('signatures', (t) => {
        t.text('signature').primary();
        t.timestamp('first_seen').notNullable();
        t.timestamp('last_seen').notNullable();
      })
      .createTable('bug_links', (t) => {
        t.integer('bug').notNullable();
        t.text('signature').notNullable().references('signature').inTable('signatures').index();
        t.date('linked_on').notNullable();
        t.primary(['bug', 'signature']);
      })
  );
}
