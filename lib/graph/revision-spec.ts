/**
 * Identifiers as texts: `3f2a`, `heads`, `billing@head`, `+2`, `billing@3f2a-1`, `3f2a:heads`.
 *
 * Grammar only. What a text names in a graph is for lookup.ts and resolve.ts to say.
 */

/** A text that names revisions directly: an id, prefix or label, or `head`, `heads`, `base`, `current`. */
export interface SymbolSpec {
  readonly kind: 'symbol';
  readonly text: string;
  /** The name before `@`. */
  readonly branch: string | undefined;
  readonly symbol: string;
}

/** A text that counts steps, from a symbol or from where a database or directory is. */
export interface WalkSpec {
  readonly kind: 'walk';
  readonly text: string;
  readonly branch: string | undefined;
  readonly from: string | undefined;
  /** Up if positive. */
  readonly steps: number;
}

export type RevisionSpec = SymbolSpec | WalkSpec;

/** Both ends of `A:B`; an end that is left out is `undefined`. */
export interface RangeSpec {
  readonly start: string | undefined;
  readonly end: string | undefined;
}

const walk = /^([^@+:-]+)?([+-]\d+)$/;

/** Parses one identifier; every text is one, though it may name nothing. */
export function parseSpec(text: string): RevisionSpec {
  const at = text.lastIndexOf('@');
  const branch = at < 0 ? undefined : text.slice(0, at);
  const symbol = text.slice(at + 1);
  const match = walk.exec(symbol);
  if (match === null) return { kind: 'symbol', text, branch, symbol };
  return { kind: 'walk', text, branch, from: match[1], steps: Number(match[2]) };
}

/** Parses `A:B`, `A:`, `:B` or `:`; a text without a colon is no range. */
export function parseRange(text: string): RangeSpec | undefined {
  const colon = text.indexOf(':');
  if (colon < 0) return undefined;
  return { start: text.slice(0, colon) || undefined, end: text.slice(colon + 1) || undefined };
}
