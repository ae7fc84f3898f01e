/**
 * Errors: as text on stderr or as a JSON document on stdout, and the exit status.
 */
import colors from 'picocolors';
import type { LimbeckError } from '../lib/index.js';
import type { Io } from './io.js';
import type { Mistake } from './mistakes.js';

type Colors = ReturnType<typeof colors.createColors>;

/** What is told of a failure. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly where?: string | undefined;
  readonly next: string;
  readonly excerpt?: string | undefined;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly exitStatus: number;
}

/** Makes a failure of whatever was thrown; what is no LimbeckError is a bug, and is called one. */
export function failureOf(error: unknown): Failure {
  if (isLimbeckError(error)) return error;
  if (isFileFailure(error)) return fileFailure(error);
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return {
    code: 'INTERNAL',
    message: 'limbeck failed in a way that it should not',
    next: 'report this as a bug',
    excerpt: text,
    exitStatus: 2,
  };
}

/** Node's own error for a file or folder; a project on a full disk or in a read-only folder is no bug. */
interface FileFailure extends Error {
  readonly code: string;
  /** `mkdir`, `scandir`; `open` before reading and before writing. */
  readonly syscall: string;
  readonly path: string;
}

function isFileFailure(error: unknown): error is FileFailure {
  return (
    error instanceof Error &&
    'syscall' in error &&
    'code' in error &&
    typeof (error as Partial<FileFailure>).path === 'string'
  );
}

const toRead = 'see that it is there, is of the right kind, and that you may read it';
const toWrite = 'see that the folder is there, that you may write to it, and that the disk has space';

function fileAdvice(syscall: string): string {
  if (syscall === 'open') return `to read it, ${toRead}; to write it, ${toWrite}`;
  return ['read', 'scandir', 'opendir', 'stat', 'lstat', 'access'].includes(syscall) ? toRead : toWrite;
}

function fileFailure({ message, path, syscall }: FileFailure): Failure {
  return {
    code: 'FILE_FAILED',
    // `EACCES: permission denied, mkdir '/srv/app/migrations'`
    message: `the file system refuses: ${message.replace(/, \w+ '.*$/s, '')}`,
    where: path,
    next: fileAdvice(syscall),
    exitStatus: 2,
  };
}

/** Not by class: loading the library only to see that it was not loaded would be a waste. */
export function isLimbeckError(error: unknown): error is LimbeckError {
  return error instanceof Error && 'code' in error && 'next' in error && 'exitStatus' in error;
}

/** The exit status of wrong usage: EX_USAGE of sysexits.h. */
export const usageStatus = 64;

/** Makes the failure for words that mean nothing. */
export function usageFailure({ message, next }: Mistake): Failure {
  return { code: 'USAGE', message, next, exitStatus: usageStatus };
}

/** Tells a failure, and returns the exit status. */
export function tellFailure(failure: Failure, io: Io, asJson: boolean): number {
  if (asJson) io.out(JSON.stringify({ error: documentOf(failure) }, null, 2));
  else io.err(textOf(failure, colors.createColors(io.hasColour)));
  return failure.exitStatus;
}

function documentOf({ code, message, where, next, excerpt, details = {} }: Failure): object {
  const hasDetails = Object.keys(details).length > 0;
  return {
    code,
    message,
    where: where ?? null,
    next,
    ...(excerpt && { excerpt }),
    ...(hasDetails && { details }),
  };
}

function textOf(failure: Failure, { bold, red }: Colors): string {
  const { code, message, where, next, excerpt, details = {} } = failure;
  const indented = excerpt?.split('\n').map((line) => `    ${line}`);
  const { hint } = details;
  // Where nothing better is known, the hint of the server is what to do next.
  const hasHint = typeof hint === 'string' && !next.startsWith(hint.replace(/\.$/, ''));
  return [
    `${red(bold(`error[${code}]`))}: ${message}`,
    ...(where === undefined ? [] : [`  where: ${where}`]),
    ...(indented ?? []),
    ...(hasHint ? [`  hint:  ${hint}`] : []),
    `  next:  ${next}`,
  ].join('\n');
}
