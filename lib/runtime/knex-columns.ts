/**
 * Corrections of the SQL that Knex makes of a column.
 */
import { checkName, generatedCheckName } from './knex-names.js';
import { type ClassOf, correction, type KnexColumnCompiler } from './knex-internals.js';
import { assertKnownOptions, knexUnsafe } from './knex-unsafe.js';
import { kindOf } from './knex-values.js';

/** The options that Knex reads, by type and by their place among the arguments. */
const typeOptions: Readonly<Record<string, { readonly at: number; readonly known: readonly string[] }>> = {
  datetime: { at: 1, known: ['useTz', 'precision'] },
  timestamp: { at: 1, known: ['useTz', 'precision'] },
  increments: { at: 1, known: ['primaryKey'] },
  bigincrements: { at: 1, known: ['primaryKey'] },
  uuid: { at: 1, known: ['primaryKey', 'useBinaryUuid'] },
  enu: { at: 2, known: ['useNative', 'enumName', 'schemaName', 'existingType'] },
};

export const correctColumnCompiler = correction<KnexColumnCompiler>(
  (Base: ClassOf<KnexColumnCompiler>) =>
    class extends Base {
      /** Types that the builder has and PostgreSQL's compiler lacks, which made the type "undefined". */
      get serial(): string {
        return 'serial';
      }

      get int(): string {
        return 'integer';
      }

      get real(): string {
        return 'real';
      }

      override getColumnType(): unknown {
        const options = typeOptions[this.type];
        if (options !== undefined) {
          const next = `leave it out, or write the type: \`t.specificType('${this.getColumnName()}', '…')\``;
          assertKnownOptions(this.args[options.at], options.known, this.type, next);
        }
        const type = super.getColumnType();
        if (type !== undefined && type !== '') return type;
        throw knexUnsafe(
          `Knex has no PostgreSQL type for "${this.type}"`,
          `write \`t.specificType('${this.getColumnName()}', 'type')\``,
        );
      }

      override enu(allowed: unknown, options: Readonly<Record<string, unknown>> = {}): string {
        const values = Array.isArray(allowed)
          ? allowed.map((value) => quotedInside(String(value ?? ''), 'the enum value'))
          : allowed;
        if (options === null || options['useNative'] !== true) return super.enu(values, options);
        return super.enu(values, nativeNames(options, this.tableCompiler.schemaNameRaw));
      }

      override comment(comment: unknown): void {
        if (typeof comment === 'string') quotedInside(comment, 'the comment');
        return super.comment(comment);
      }

      override defaultTo(value: unknown): string {
        assertDefault(value, this.type, this.getColumnName());
        const isJson = this.type === 'json' || this.type === 'jsonb';
        if (!isJson || typeof value !== 'object' || value === null || 'isRawInstance' in value)
          return super.defaultTo(value);
        return `default '${JSON.stringify(value).replaceAll("'", "''")}'`;
      }

      /** The builder has it, the compiler does not. */
      check(predicate: unknown, bindings?: unknown, name?: unknown): string {
        return this._check(this.client.raw(predicate, bindings).toQuery(), name);
      }

      override _checkConstraintName(name: unknown): string {
        return super._checkConstraintName(checkName(name));
      }

      override _pushAlterCheckQuery(predicate: string, name: unknown): void {
        if (name) return super._pushAlterCheckQuery(predicate, checkName(name));
        const generated = `${this.tableCompiler.tableNameRaw}_${this.getColumnName()}_${this.checksCount + 1}`;
        const quoted = generatedCheckName(generated);
        if (quoted !== undefined) this.checksCount += 1;
        super._pushAlterCheckQuery(predicate, quoted);
      }
    },
);

/** Knex writes the names of a native enum in quotes, and does not look into them. */
function nativeNames(
  options: Readonly<Record<string, unknown>>,
  tableSchema: string | undefined,
): Readonly<Record<string, unknown>> {
  const { enumName, schemaName = tableSchema } = options;
  if (typeof enumName !== 'string' || enumName === '') {
    throw knexUnsafe('a native enum has no name, and Knex would name it "undefined"', 'give `enumName`');
  }
  const inside = (name: string) => name.replaceAll('"', '""');
  return {
    ...options,
    enumName: inside(enumName),
    ...(typeof schemaName === 'string' && { schemaName: inside(schemaName) }),
  };
}

/**
 * Doubles the quotes of a text that Knex puts between quotes as it is.
 *
 * @throws MigrationError `KNEX_UNSAFE` when it holds doubled ones: with Knex that was the way to write one
 */
export function quotedInside(text: string, what: string): string {
  if (text.includes("''")) {
    throw knexUnsafe(
      `${what} "${text}" holds '' which Knex stores as one quote`,
      "write one ' for one; two can be written with `op.execute` only",
    );
  }
  return text.replaceAll("'", "''");
}

const trueTexts = new Set(['true', 't', 'yes', 'y', 'on', '1']);

/** Knex writes any default as the text that JavaScript makes of it, and any text but 'false' as true. */
function assertDefault(value: unknown, type: string, column: string): void {
  if (value === null || (typeof value === 'object' && 'isRawInstance' in value)) return;
  if (type === 'bool' && typeof value === 'string' && value !== 'false' && !trueTexts.has(value)) {
    throw knexUnsafe(`Knex would make the default '${value}' of "${column}" true`, 'write true or false');
  }
  if (['string', 'number', 'boolean', 'bigint'].includes(typeof value)) return;
  if (typeof value === 'object' && (type === 'json' || type === 'jsonb')) return;
  const written = value === undefined ? '' : `, which Knex would write as "${String(value)}"`;
  throw knexUnsafe(
    `the default of "${column}" is ${typeof value === 'object' ? kindOf(value) : typeof value}${written}`,
    "write it as PostgreSQL reads it: a string such as '{a,b}' or '2026-01-31T00:00:00Z', or `op.knex.raw('…')`",
  );
}
