/**
 * Opening a file in the editor of the person at the terminal.
 */
import { spawn } from 'node:child_process';
import type { Io } from './io.js';

/** How the editor ended: well, or in words why not. */
export type EditorEnd = { readonly problem: string | undefined; readonly editor: string | undefined };

/**
 * Opens a file in `$VISUAL`, else `$EDITOR`, and waits for its end. The editor has the terminal; its words are read by
 * the shell, as in git, so that `code --wait` works.
 *
 * @param hasStdout - whether it may write to stdout, which else is kept for the result
 */
export async function openEditor(
  path: string,
  { env, cwd }: Pick<Io, 'env' | 'cwd'>,
  { hasStdout }: { readonly hasStdout: boolean },
): Promise<EditorEnd> {
  const editor = [env['VISUAL'], env['EDITOR']].find((value) => value !== undefined && value.trim() !== '');
  if (editor === undefined) return { editor, problem: 'neither VISUAL nor EDITOR names an editor' };
  const stderr = 2;
  const child = spawn(...commandLine(editor, path), {
    cwd,
    env,
    stdio: ['inherit', hasStdout ? 'inherit' : stderr, 'inherit'],
  });
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ editor, problem: `it cannot be started: ${error.message}` }));
    child.once('exit', (status, signal) => resolve({ editor, problem: problemOf(status, signal) }));
  });
}

function commandLine(editor: string, path: string): [command: string, args: string[]] {
  // `"$@"` is the path, whatever characters it holds; `$0` names the program in messages of the shell.
  return ['sh', ['-c', `${editor} "$@"`, editor, path]];
}

const notExecutable = 126;
const notFound = 127;

function problemOf(status: number | null, signal: NodeJS.Signals | null): string | undefined {
  if (status === 0) return undefined;
  if (signal !== null) return `it was ended by ${signal}`;
  if (status === notFound) return 'there is no such program';
  return status === notExecutable ? 'it is not a program' : `it ended with status ${status}`;
}
