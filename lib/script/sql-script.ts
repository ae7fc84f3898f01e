/**
 * Plain-SQL scripts: a header, `-- upgrade` and `-- downgrade`, each followed by its statements.
 */
import { ScriptError } from '../errors.js';
import type { Operations } from '../ops/operations.js';
import { statement } from '../sql/statement.js';

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
  const section = sectionOf(text, name);
  if (section === undefined) {
    throw new ScriptError('SCRIPT_INCOMPLETE', {
      message: `the script has no section "-- ${name}"`,
      where: file,
      next: `add a line \`-- ${name}\` and the statements below it`,
    });
  }
  return (op) => op.record(statement(section, { file }));
}

/** The lines of a section, each where it stands in the file, so that errors point to the right one. */
function sectionOf(text: string, name: string): string | undefined {
  const lines = text.split('\n');
  const isMark = (line: string) => /^--\s*(upgrade|downgrade)\s*$/i.test(line);
  const start = lines.findIndex((line) => isMark(line) && line.toLowerCase().includes(name));
  if (start === -1) return undefined;
  const following = lines.findIndex((line, index) => index > start && isMark(line));
  const end = following === -1 ? lines.length : following;
  return lines.map((line, index) => (index > start && index < end ? line : '')).join('\n');
}
