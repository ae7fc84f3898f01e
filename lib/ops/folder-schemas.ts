/**
 * The schemas that sub-folders stand for: they are made by revisions, never by loading a file.
 */
import { folderSchemaOf } from '../assets/asset-directory.js';
import { AssetError } from '../errors.js';
import { doBlock, raise } from '../sql/psql-text.js';
import { quoteIdentifier, quoteLiteral } from '../sql/quote.js';
import { ownStatement, type Statement } from '../sql/statement.js';
import type { FileText } from './file-statements.js';

/**
 * Makes the statements that raise `ASSET_SCHEMA_MISSING` unless the schemas of the files are there: on a search path
 * PostgreSQL passes over one that is not, or may not be used, and would make the objects in the next one.
 */
export function schemaGuards(loads: readonly FileText[]): Statement[] {
  const files = new Map<string, string | undefined>();
  for (const { version, made } of loads) {
    const schema = folderSchemaOf(version.path);
    if (schema !== undefined && !files.has(schema)) files.set(schema, made.file);
  }
  return [...files].map(([schema, file]) => schemaGuard(schema, file));
}

const schemaMissing = '3F000';

function schemaGuard(schema: string, where: string | undefined): Statement {
  const name = quoteIdentifier(schema);
  const message = `there is no schema ${name}, and the file lies in the folder of its name`;
  const next = `create it with \`create schema ${name}\` in a revision below, or in the script above the line that loads the file`;
  const text = doBlock(`  if pg_catalog.to_regnamespace(${quoteLiteral(name)}) is null then
    ${raise(quoteLiteral(message), next, schemaMissing)}
  elsif not pg_catalog.has_schema_privilege(${quoteLiteral(schema)}, 'usage') then
    ${raise(quoteLiteral(`permission denied for schema ${name}`), `grant usage on schema ${name}`, '42501')}
  end if;`);
  return ownStatement(text, (sqlstate, cause) =>
    sqlstate === schemaMissing
      ? new AssetError('ASSET_SCHEMA_MISSING', { message, where, next, cause, details: { sqlstate, schema } })
      : undefined,
  );
}
