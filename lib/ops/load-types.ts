/**
 * Loading types: each becomes what the version says, from whatever it was.
 *
 * PostgreSQL cannot replace a type, so a run needs to know what stands: the shapes in the manifests say it.
 * Nothing is parsed here.
 */
import type { TypeShape } from '../assets/manifest.js';
import type { AppliedSet, AssetHistory, AssetVersion } from '../assets/asset-history.js';
import { createText } from '../assets/type-text.js';
import { typeChange } from '../assets/type-changes.js';
import { renamesBetween, type StandingType, typeAt, typesStanding } from '../assets/type-history.js';
import { putBack, setAside } from '../dependents/aside.js';
import { doBlock } from '../sql/psql-text.js';
import { blankQuoted, type Command } from '../sql/scan.js';
import { ownStatement, type Statement, statement } from '../sql/statement.js';
import type { Conversion } from './convert-columns.js';
import { convertBlock, prepareBlock, renameAsideBlock } from './convert-type.js';
import { explainType, type LoadPlace, mustBeMadeAnew, notSupported } from './type-failures.js';

/** What the step knows of the types that it loads. */
export interface TypesContext extends LoadPlace {
  readonly history: AssetHistory;
  /** The applied set before the step, and after it. */
  readonly before: AppliedSet;
  readonly after: AppliedSet;
  readonly installed: { get(path: string): { readonly sha256: string } | undefined };
}

/** Whether a version says what its types are made of. */
export function hasShapes({ entry }: AssetVersion): boolean {
  return entry.shapes !== undefined;
}

/**
 * Makes the statements that bring the types of a file to a version of it.
 *
 * @param made - the text of the version
 * @throws AssetError `ASSET_TYPE_CHANGED` when a type must be made anew and the revision does not say so
 */
export function typeStatements(version: AssetVersion, made: Statement, context: TypesContext): Statement[] {
  const { history, before, installed } = context;
  const { path, entry, sha256 } = version;
  const identities = Object.keys(entry.shapes ?? {});
  const [standingBefore, standingAfter] = [
    typesStanding(history, before),
    typesStanding(history, context.after),
  ];
  const standing = new Map(
    identities.flatMap((identity) => {
      const type = typeAt(history, identity, standingBefore);
      return type === undefined ? [] : [[identity, type] as const];
    }),
  );
  if (standing.size === 0) return [made];
  const isSame = installed.get(path)?.sha256 === sha256;
  const open = [...identities];
  return made.commands.flatMap((command) => {
    const identity = createsType(command) ? open.shift() : undefined;
    if (identity === undefined) return isSame ? [] : [only(command, made)];
    const from = standing.get(identity);
    const create = only(command, made);
    if (from === undefined) return [create];
    const to = typeAt(history, identity, standingAfter);
    return to === undefined ? [] : changed(from, to, version, create, context);
  });
}

/** Whether it is CREATE DOMAIN, or the CREATE TYPE … AS of an enum, a composite or a range. */
function createsType({ text, words: [first, second] }: Command): boolean {
  if (first !== 'create') return false;
  return second === 'domain' || (second === 'type' && /^[^(]*\bas\b/i.test(blankQuoted(text)));
}

/** One command of a text, at the place where it stands in it, so that errors name its line. */
function only(command: Command, made: Statement): Statement {
  const { text, file, advice } = made;
  const start = command.offset;
  const before = text.slice(0, start).replace(/[^\n]/g, ' ');
  return statement(`${before}${command.text}`, { file, advice });
}

function changed(
  from: StandingType,
  to: StandingType,
  version: AssetVersion,
  create: Statement,
  context: TypesContext,
): Statement[] {
  const { history, direction } = context;
  const { identity } = from;
  const renames = renamesBetween(history, identity, from.versions, to.versions);
  const change = typeChange(identity, from.shape, to.shape, renames);
  if (change === undefined) return [];
  const made = sameShape(to.shape, version.entry.shapes?.[identity])
    ? create
    : ownStatement(createText(identity, to.shape) ?? create.text);
  const explain = explainType(from, version, context);
  const own = (text: string) => ownStatement(text, explain);
  // Once it is made anew, the advice to do so would be none.
  const converting = (text: string) =>
    ownStatement(text, (sqlstate, cause) =>
      sqlstate === notSupported ? undefined : explain(sqlstate, cause),
    );
  const anew = () =>
    madeAnew({ identity, from: from.shape, to: to.shape, moved: change.moved }, made, converting);
  const converts = direction === 'downgrade' || version.entry.converts === true;
  const inPlace = change.renames.map(own);
  if (change.anew !== undefined) {
    if (!converts) throw mustBeMadeAnew(change, from, version, context);
    return [...inPlace, ...anew()];
  }
  if (!converts || to.shape.kind === 'enum') return [...inPlace, ...change.alters.map(own)];
  const recovery = { sqlstates: [notSupported], statements: anew() };
  return [
    ...inPlace,
    ...change.alters.slice(0, 1).map(() => ({ ...own(inOneBlock(change.alters)), onError: recovery })),
  ];
}

function inOneBlock(commands: readonly string[]): string {
  return commands.length === 1
    ? commands.join('')
    : doBlock(commands.map((command) => `  ${command};`).join('\n'));
}

function sameShape(one: TypeShape, other: TypeShape | undefined): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** What is set aside for a type comes back by itself, apart from what is for other files. */
const scope = 'types';

function madeAnew(conversion: Conversion, create: Statement, own: (text: string) => Statement): Statement[] {
  const aside = { scope, where: create.file };
  return [
    own(prepareBlock(conversion)),
    // What stands on the columns, and on the type itself, names it as it is called now.
    ...setAside([{ object: conversion.identity }], { ...aside, columnsStay: true }),
    own(renameAsideBlock()),
    create,
    own(convertBlock(conversion)),
    ...putBack(aside),
  ];
}
