/**
 * The schemas in which files make their objects: those of sub-folders are made by revisions, never by loading a file.
 */
import { folderSchemaOf } from '../assets/asset-directory.js';
import { AssetError } from '../errors.js';
import { doBlock, raise } from '../sql/psql-text.js';
import { parseIdentity } from '../sql/identity.js';
import { quoteIdentifier, quoteLiteral } from '../sql/quote.js';
import { type Explanation, ownStatement, type Statement } from '../sql/statement.js';
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
  return [...[...files].map(([schema, file]) => schemaGuard(schema, file)), ...bareGuards(loads)];
}

/** Names without a schema must go where they went when the file was frozen: the manifest says so, and the ledger. */
function bareGuards(loads: readonly FileText[]): Statement[] {
  const files = new Map<string, string | undefined>();
  for (const { version, made } of loads) {
    if (folderSchemaOf(version.path) !== undefined) continue;
    for (const object of version.entry.objects) {
      const schema = parseIdentity(object)?.schema;
      if (schema === undefined || isWritten(schema, made.text) || files.has(schema)) continue;
      files.set(schema, made.file);
    }
  }
  return [...files].map(([schema, file]) => bareGuard(schema, file));
}

/** Whether a text may name the schema itself. */
function isWritten(schema: string, text: string): boolean {
  return [schema, quoteIdentifier(schema)].some((name) => text.toLowerCase().includes(name.toLowerCase()));
}

function bareGuard(schema: string, where: string | undefined): Statement {
  const name = quoteIdentifier(schema);
  const message = `the file was frozen for the schema ${name}, which is not the first on the search path that is there`;
  const next = `set \`searchPath\` in the knexfile to the schema that the database uses, and freeze the revision again with \`limbeck freeze\`; or put ${name} first on the search path`;
  const text = doBlock(`  if current_schema() is distinct from ${quoteLiteral(schema)} then
    ${raise(quoteLiteral(message), next, schemaMissing)}
  end if;`);
  return ownStatement(text, explained(schema, { message, where, next }));
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
  return ownStatement(text, explained(schema, { message, where, next }));
}

function explained(
  schema: string,
  told: { readonly message: string; readonly where: string | undefined; readonly next: string },
): Explanation {
  return (sqlstate, cause) =>
    sqlstate === schemaMissing
      ? new AssetError('ASSET_SCHEMA_MISSING', { ...told, cause, details: { sqlstate, schema } })
      : undefined;
}
