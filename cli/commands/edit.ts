/** The command that opens a script in an editor: edit. */
import { type Command, isSet, type Library, textOf } from '../command.js';
import { type EditorEnd, openEditor } from '../editor.js';

export const edit: Command = {
  usage: 'edit <revision>',
  summary: 'Open the script of a revision in your editor',
  positionals: {
    revision: { type: 'string', describe: 'head, current, an id or part of one', demandOption: true },
  },
  example: 'edit head',
  async run({ args, io, library, openProject }) {
    const { revision, file, path } = await library.locate(
      await openProject(),
      textOf(args, 'revision') ?? '',
    );
    const end = await openEditor(path, io, { hasStdout: !isSet(args, 'json') });
    if (end.problem !== undefined) throw editorFailed(end, { revision, file }, library);
    // What was broken is better told now than at the next command.
    await openProject();
    return { report: { revision, file }, text: '' };
  },
};

function editorFailed(
  { editor, problem }: EditorEnd,
  { revision, file }: { readonly revision: string; readonly file: string },
  { ConfigError }: Library,
) {
  const next = `name another editor, as in \`EDITOR=vi limbeck edit ${revision}\`, or open ${file} yourself`;
  if (editor === undefined) return new ConfigError('EDITOR_FAILED', { message: String(problem), next });
  return new ConfigError('EDITOR_FAILED', {
    message: `the editor "${editor}" failed: ${problem}`,
    where: file,
    next,
  });
}
