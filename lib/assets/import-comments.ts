/**
 * Comments of a file that is taken apart: none is lost, also where its command is left out.
 */
import { tokens } from '../sql/scan.js';

/** A command and the comments round it. */
export interface Commented {
  /** What stands above it, up to its first word. */
  readonly lead: string;
  /** The command, with its semicolon. */
  readonly text: string;
  /** A comment behind it on the same line; else ''. */
  readonly behind: string;
}

/** Returns what stands between a command and its semicolon, where that ends, and a comment that ends the line. */
export function restOfCommand(sql: string, end: number): { before: string; behind: string; end: number } {
  const semicolon = semicolonFrom(sql, end);
  const before = semicolon === undefined ? '' : sql.slice(end, semicolon).trim();
  const after = semicolon === undefined ? end : semicolon + 1;
  const [behind = ''] = commentOnLine.exec(sql.slice(after)) ?? [];
  return { before, behind: behind.trim(), end: after + behind.length };
}

const commentOnLine = /^[^\S\n]*(?:--[^\n]*|\/\*(?:(?!\*\/)[^\n])*\*\/)(?=[^\S\n]*(?:\n|$))/;

function semicolonFrom(sql: string, from: number): number | undefined {
  for (const { kind, start } of tokens(sql, from)) {
    if (kind === 'semicolon') return start;
    if (kind !== 'space') return undefined;
  }
  return undefined;
}

/**
 * Gives each command that is kept the comments that are its own, and those of what was left out before it.
 *
 * @param tail - what stands below the last command; it stays with the last one that is kept
 */
export function withComments<T extends Commented>(
  all: readonly T[],
  kept: readonly T[],
  tail: string,
): readonly T[] {
  let carried = '';
  const texts = new Map<T, string>();
  const isKept = new Set(kept);
  for (const unit of all) {
    // The first line end is the one of the command before.
    const lead = carried + unit.lead.replace(/^[^\S\n]*\n/, '');
    carried = '';
    if (isKept.has(unit)) texts.set(unit, `${lead}${unit.text} ${unit.behind}`.trim());
    else carried = unit.behind === '' ? lead : `${lead}${unit.behind}\n`;
  }
  const rest = `${carried}${tail}`.trim();
  const last = kept.at(-1);
  if (last !== undefined && rest !== '') texts.set(last, `${texts.get(last)}\n\n${rest}`);
  return kept.map((unit) => ({ ...unit, text: texts.get(unit) ?? unit.text }));
}
