/**
 * The context of a server's error: which routine called which, as the field `where` tells it.
 *
 * The texts are those of English servers; of others nothing is understood, and nothing is claimed.
 */

/** One routine, or DO block, that was at work; the innermost comes first. */
export type ContextFrame =
  /** `PL/pgSQL function public.f(date) line 7 at RAISE`; it has no line where its end was reached. */
  | { readonly kind: 'plpgsql'; readonly routine: string; readonly line: number | undefined }
  /** `SQL function "f" statement 2`; the name alone, and no number while it is looked at before it runs. */
  | { readonly kind: 'sql'; readonly routine: string; readonly statement: number | undefined }
  /** `PL/pgSQL function inline_code_block line 3 at EXECUTE`. */
  | { readonly kind: 'block'; readonly line: number | undefined };

export interface ErrorContext {
  readonly frames: readonly ContextFrame[];
  /** The expression in which the innermost routine failed, where the server tells it here. */
  readonly expression: string | undefined;
}

const framePattern =
  /^(?:(PL\/pgSQL) function (.+?)(?: line (\d+) at .+| while .+| during .+)?|compilation of (PL\/pgSQL) function "(.+)" near line (\d+)|SQL function "(.+)"(?: statement (\d+)| during .+)?)$/;

/** Reads the context of an error. */
export function readContext(where: string): ErrorContext {
  const lines = where.split('\n');
  const frames = lines.flatMap((line) => frameOf(line) ?? []);
  const first = lines.findIndex((line) => frameOf(line) !== undefined);
  const before = lines.slice(0, first === -1 ? undefined : first).join('\n');
  const expression = /^(?:PL\/pgSQL|SQL) (?:expression|statement|assignment) "([\s\S]*)"$/.exec(before)?.[1];
  return { frames, expression };
}

function frameOf(line: string): ContextFrame | undefined {
  const found = framePattern.exec(line);
  if (found === null) return undefined;
  const [, running, name, at, compiled, compiledName, near, sqlName, statement] = found;
  const number = (text: string | undefined) => (text === undefined ? undefined : Number(text));
  if (running !== undefined && name === 'inline_code_block') return { kind: 'block', line: number(at) };
  if (running !== undefined) return { kind: 'plpgsql', routine: name ?? '', line: number(at) };
  if (compiled !== undefined) return { kind: 'plpgsql', routine: compiledName ?? '', line: number(near) };
  return { kind: 'sql', routine: sqlName ?? '', statement: number(statement) };
}
