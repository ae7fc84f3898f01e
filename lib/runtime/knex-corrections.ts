/**
 * The project's client class of Knex, with what its schema builder does wrong on PostgreSQL put right or refused.
 *
 * What Knex does right comes out of it byte for byte. `docs/reference/knex.md` has the list.
 */
import type { Place } from '../sql/place.js';
import { numberPlaceholders } from '../sql/placeholders.js';
import { correctColumnBuilder, correctTableBuilder } from './knex-builders.js';
import { correctColumnCompiler } from './knex-columns.js';
import {
  type ClassOf,
  correction,
  type CompilingClient,
  type KnexColumnBuilder,
  type KnexColumnCompiler,
  type KnexCompilable,
  type KnexPart,
  type KnexRaw,
  type KnexSchemaCompiler,
  type KnexTableBuilder,
  type KnexTableCompiler,
} from './knex-internals.js';
import { assertShortNames } from './knex-names.js';
import { assertReadable, readAsSql } from './knex-questions.js';
import { correctTableCompiler } from './knex-tables.js';
import { located } from './knex-unsafe.js';
import { inline, inlineValue } from './knex-values.js';

/** What the corrections override in a client. */
export interface CorrectableClient extends CompilingClient {
  queryBuilder(...args: unknown[]): KnexCompilable;
  schemaBuilder(...args: unknown[]): KnexCompilable;
  tableBuilder(...args: unknown[]): KnexTableBuilder;
  columnBuilder(...args: unknown[]): KnexColumnBuilder;
  schemaCompiler(...args: unknown[]): KnexSchemaCompiler;
  tableCompiler(...args: unknown[]): KnexTableCompiler;
  columnCompiler(...args: unknown[]): KnexColumnCompiler;
  positionBindings(sql: string): string;
}

/** Where the script is. */
export interface ScriptPlaces<Client> {
  /** The line that is calling us. */
  readonly here: (client: Client) => Place | undefined;
  /** The line that began a schema builder: its tables are compiled when nobody calls any more. */
  readonly of: (builder: object) => Place | undefined;
}

/** Derives the corrected class from a project's client class. */
export function correctedClient<Client extends CorrectableClient>(
  Base: ClassOf<Client>,
  places: ScriptPlaces<Client>,
): ClassOf<Client> {
  // A class can only be derived from one of known members.
  const Known = Base as unknown as ClassOf<CorrectableClient>;
  const here = (client: CorrectableClient) => () => places.here(client as Client);
  class CorrectedClient extends Known {
    override raw(...args: unknown[]): KnexRaw {
      const made = located(here(this), () => readAsSql(super.raw(...args)));
      made.toQuery = () => inlineAll(this, made);
      return made;
    }

    override queryBuilder(...args: unknown[]): KnexCompilable {
      return correctQueryBuilder(super.queryBuilder(...args));
    }

    override schemaBuilder(...args: unknown[]): KnexCompilable {
      const made = super.schemaBuilder(...args);
      made.toQuery = () => inlineAll(this, made);
      return made;
    }

    override tableBuilder(...args: unknown[]): KnexTableBuilder {
      return correctTableBuilder(super.tableBuilder(...args), here(this));
    }

    override columnBuilder(...args: unknown[]): KnexColumnBuilder {
      return correctColumnBuilder(super.columnBuilder(...args), here(this));
    }

    override schemaCompiler(...args: unknown[]): KnexSchemaCompiler {
      return placed(correctSchemaCompiler(super.schemaCompiler(...args)), places.of);
    }

    override tableCompiler(...args: unknown[]): KnexTableCompiler {
      return correctTableCompiler(super.tableCompiler(...args));
    }

    override columnCompiler(...args: unknown[]): KnexColumnCompiler {
      return correctColumnCompiler(super.columnCompiler(...args));
    }

    /** Knex would number the question marks in strings as well. */
    override positionBindings(sql: string): string {
      return numberPlaceholders(sql);
    }

    /** Every literal that Knex writes comes through here. */
    override _escapeBinding(value: unknown, context?: object): string {
      return inlineValue(value, (plain) => super._escapeBinding(plain, context));
    }
  }
  return CorrectedClient as unknown as ClassOf<Client>;
}

/** What is printed of a query is what would run; views are made of what is printed. */
const correctQueryBuilder = correction<KnexCompilable>(
  (Base: ClassOf<KnexCompilable>) =>
    class extends Base {
      override toQuery(timeZone?: string): string {
        return [this.toSQL(this._method, timeZone)]
          .flat()
          .map((part) => inline(this.client, part))
          .join(';\n');
      }
    },
);

function inlineAll(client: CompilingClient, made: KnexCompilable): string {
  return [made.toSQL()]
    .flat()
    .map((part) => inline(client, part))
    .join(';\n');
}

const correctSchemaCompiler = correction<KnexSchemaCompiler>(
  (Base: ClassOf<KnexSchemaCompiler>) =>
    class extends Base {
      override toSQL(): KnexPart[] {
        const parts = super.toSQL();
        for (const { sql, method } of parts) if (method !== 'raw') assertShortNames(sql);
        return parts;
      }

      override raw(sql: unknown, bindings?: unknown): void {
        // Before the client does, which would look for the script where it is not.
        assertReadable(sql, bindings);
        super.raw(sql, bindings);
      }

      override renameView(from: string, to: string): void {
        super.renameView(qualified(this.schema, from), to);
      }

      override refreshMaterializedView(name: string, concurrently?: boolean): void {
        super.refreshMaterializedView(qualified(this.schema, name), concurrently);
      }
    },
);

/** A name with a schema of its own keeps it. */
function qualified(schema: string | undefined, name: string): string {
  return schema === undefined || name.includes('.') ? name : `${schema}.${name}`;
}

function placed(
  compiler: KnexSchemaCompiler,
  placeOf: (builder: object) => Place | undefined,
): KnexSchemaCompiler {
  const compile = compiler.toSQL.bind(compiler);
  compiler.toSQL = () => located(() => placeOf(compiler.builder), compile);
  return compiler;
}
