/**
 * Loading types: each becomes what the version says, from whatever it was.
 *
 * PostgreSQL cannot replace a type, so a run needs to know what stands: the shapes in the manifests say it.
 * Nothing is parsed here.
 */
import { frozenFileOf, type TypeShape } from '../assets/manifest.js';
import type { AppliedSet, AssetHistory, AssetVersion } from '../assets/asset-history.js';
import { createText } from '../assets/type-text.js';
import { type TypeChange, typeChange } from '../assets/type-changes.js';
import {
  qualifiedNameOf,
  renamesBetween,
  type StandingType,
  typeAt,
  typesStanding,
} from '../assets/type-history.js';
import { putBack, setAside } from '../dependents/aside.js';
import { AssetError } from '../errors.js';
import { doBlock } from '../sql/psql-text.js';
import { blankQuoted, type Command } from '../sql/scan.js';
import { type Explanation, ownStatement, type Statement, statement } from '../sql/statement.js';
import { conversionStates, hints } from './conversion-failures.js';
import type { Conversion } from './convert-columns.js';
import { convertBlock, prepareBlock, renameAsideBlock } from './convert-type.js';

/** What the step knows of the types that it loads. */
export interface TypesContext {
  readonly direction: 'upgrade' | 'downgrade';
  /** The script, as errors name it. */
  readonly file: string;
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
  const explain = explanationOf(from, version, context);
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

/** What PostgreSQL says of a type that it cannot alter because of the columns that use it. */
const notSupported = '0A000';

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

function mustBeMadeAnew(
  { anew = '' }: TypeChange,
  { identity }: StandingType,
  { path, revision }: AssetVersion,
  context: TypesContext,
): AssetError {
  const type = qualifiedNameOf(identity);
  return new AssetError('ASSET_TYPE_CHANGED', {
    message: `"${type}" must be made anew, for PostgreSQL cannot alter it so far: ${anew}`,
    where: context.file,
    next: `say \`{ convert: true }\` where revision "${revision}" loads "${path}", and run \`limbeck freeze ${revision}\`: the type is made anew, and the columns that use it are converted`,
  });
}

/** What it means when the server refuses to alter a type. */
function explanationOf(
  { identity, versions }: StandingType,
  version: AssetVersion,
  { file, direction }: TypesContext,
): Explanation {
  const type = qualifiedNameOf(identity);
  const where = file;
  return (sqlstate, cause) => {
    if (sqlstate === conversionStates.valueInUse || sqlstate === conversionStates.inTheWay) {
      const next = sqlstate === conversionStates.inTheWay ? hints.inTheWay : valueInUse(version, direction);
      return new AssetError('ASSET_TYPE_IN_USE', {
        message: cause.message,
        where,
        cause,
        next,
        details: { type, sqlstate },
      });
    }
    if (sqlstate === '2BP01') {
      return new AssetError('ASSET_TYPE_IN_USE', {
        message: `"${type}" cannot be made anew while something stands on it that limbeck cannot move: ${cause.detail ?? cause.message}`,
        where,
        cause,
        next: 'drop what is listed in the script, above the load, and make it again below it',
        details: { type, sqlstate },
      });
    }
    if (sqlstate === notSupported) {
      return new AssetError('ASSET_TYPE_CHANGED', {
        message: `PostgreSQL refuses to alter "${type}": ${cause.message}`,
        where,
        cause,
        next: `say \`{ convert: true }\` where revision "${version.revision}" loads "${version.path}", and run \`limbeck freeze ${version.revision}\`: the type is made anew, and the columns that use it are converted`,
        details: { sqlstate },
      });
    }
    if (sqlstate === '22023' || sqlstate === '42703' || sqlstate === '42704' || sqlstate === '42710') {
      const revisions = versions.map(({ revision }) => `"${revision}"`).join(' and ');
      return new AssetError('ASSET_MISMATCH', {
        message: `"${type}" in the database is not what revision ${revisions} made it: ${cause.message}`,
        where: frozenFileOf(version.manifest, version.path),
        cause,
        next: `put the type back to what ${versions.map(({ manifest, path }) => `"${frozenFileOf(manifest, path)}"`).join(' and ')} says, with ALTER TYPE, and run the command again`,
        details: { sqlstate },
      });
    }
    return undefined;
  };
}

function valueInUse({ revision, path }: AssetVersion, direction: TypesContext['direction']): string {
  return direction === 'downgrade'
    ? 'give these rows a value that the older type has, and run the downgrade again'
    : `give these rows another value in the script, above the load, or say which value takes its place, \`{ renames: { … }, convert: true }\`, where revision "${revision}" loads "${path}", and run \`limbeck freeze ${revision}\``;
}
