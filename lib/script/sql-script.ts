/**
 * Plain-SQL scripts: a header, `-- upgrade` and `-- downgrade`, each followed by its statements.
 */
import { ScriptError } from '../errors.js';
import type { Operations } from '../ops/operations.js';
import { statement } from '../sql/statement.js';
import { sqlSection } from './sql-sections.js';

/** One direction of a script. */
export type MigrationFunction = (op: Operations) => unknown;

/**
 * Makes the two functions of a plain-SQL script.
 *
 * @throws ScriptError `SCRIPT_INCOMPLETE` when a section is missing
 */
export function sqlScript(
  text: string,
  file: string,
): { upgrade: MigrationFunction; downgrade: MigrationFunction } {
  return { upgrade: runSection(text, 'upgrade', file), downgrade: runSection(text, 'downgrade', file) };
}

function runSection(text: string, name: 'upgrade' | 'downgrade', file: string): MigrationFunction {
  const section = sqlSection(text, name);
  if (section === undefined) {
    throw new ScriptError('SCRIPT_INCOMPLETE', {
      message: `the script has no section "-- ${name}"`,
      where: file,
      next: `add a line \`-- ${name}\` and the statements below it`,
    });
  }
  return (op) => op.record(statement(section, { file }));
}
