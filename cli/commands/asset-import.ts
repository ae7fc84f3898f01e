/** The command that makes live files of what a project has already: assets import. */
import { relative, resolve } from 'node:path';
import type { AssetImportEntry, AssetImportReport } from '../../lib/index.js';
import { type Command, isSet, textOf, textsOf } from '../command.js';
import { colouredDiff, coloursOf, columns } from '../diff-text.js';
import { counted } from '../words.js';

export const assetImport: Command = {
  usage: 'assets import [files..]',
  summary: 'Make live files of a database, or of files for psql',
  positionals: {
    files: {
      type: 'string',
      array: true,
      describe: 'Files with functions, types and views, as psql runs them',
    },
  },
  options: {
    'from-database': {
      type: 'string',
      array: true,
      nargs: 1,
      describe: 'Objects by name, such as "public.update_*" or "*.*"; repeatable',
    },
    kind: {
      type: 'string',
      describe: 'The folder; of a database only what belongs there',
      defaultDescription: 'by what is defined',
    },
    whole: { type: 'boolean', describe: 'Keep each file as one', default: false },
    force: { type: 'boolean', describe: 'Overwrite live files that differ', default: false },
    'dry-run': { type: 'boolean', describe: 'Write nothing', default: false },
  },
  example: 'assets import --from-database "public.update_*" --kind procs',
  async run({ args, io, library, openProject }) {
    const project = await openProject();
    const fromDatabase = textsOf(args, 'from-database');
    const report = await library.assetImport(project, {
      files: textsOf(args, 'files').map((file) => relative(project.root, resolve(io.cwd, file))),
      fromDatabase,
      kind: textOf(args, 'kind'),
      whole: isSet(args, 'whole'),
      force: isSet(args, 'force'),
      dryRun: isSet(args, 'dry-run'),
    });
    const isOpen = report.files.some(({ outcome }) => outcome === 'kept');
    const text = importText(report, fromDatabase.length > 0, coloursOf(io));
    return { report, text, status: isOpen ? 1 : 0 };
  },
};

function importText(
  { files, extensionMembers, withoutFolder, otherSchemas, leftOut, isDryRun }: AssetImportReport,
  isDatabase: boolean,
  colours: ReturnType<typeof coloursOf>,
): string {
  const lines = columns(
    files.map((entry) => [outcomeText(entry, isDryRun), entry.file, entry.objects.join(', ')]),
  );
  const told = files.flatMap(({ patch }, index) => [
    lines[index] ?? '',
    ...(patch === '' ? [] : [colouredDiff(patch, colours).trimEnd()]),
  ]);
  return [
    ...told,
    ...counts(extensionMembers.map(({ extension }) => extension)).map(
      ([extension, count]) => `passed over ${counted(count, 'part')} of the extension ${extension}`,
    ),
    ...counts(withoutFolder.map(({ folder }) => folder)).map(
      ([folder, count]) =>
        `passed over ${counted(count, 'object')} for the folder "${folder}", which the setting "kinds" does not have`,
    ),
    ...otherSchemas.map(
      (schema) => `not looked at: schema ${schema}; "*.*" names the objects of all schemas`,
    ),
    ...leftOut.map(({ where, text }) => `left out at ${where}: ${text}`),
    ...closing(files, isDatabase, isDryRun),
  ].join('\n');
}

function counts(names: readonly string[]): [string, number][] {
  return [...new Set(names)].map((name) => [name, names.filter((each) => each === name).length]);
}

function outcomeText({ outcome }: AssetImportEntry, isDryRun: boolean): string {
  if (!isDryRun) return outcome;
  return { written: 'would write', overwritten: 'would overwrite' }[outcome as string] ?? outcome;
}

function closing(files: readonly AssetImportEntry[], isDatabase: boolean, isDryRun: boolean): string[] {
  const count = (...outcomes: readonly string[]) =>
    files.filter(({ outcome }) => outcomes.includes(outcome)).length;
  const written = count('written', 'overwritten');
  const kept = count('kept');
  const keptLine = `Kept ${counted(kept, 'live file')} with another text: overwrite with \`--force\``;
  const shipped = 'A file that is shipped already defines the object: change that one';
  const ship = [
    `${isDryRun ? 'Would write' : 'Wrote'} ${counted(written, 'live file')}`,
    ...(written === 0 || isDryRun ? [] : ['Ship them with `limbeck revision -m "…" --autogenerate`']),
    ...(written === 0 || isDryRun || !isDatabase
      ? []
      : [
          'Where the database has them already, record that revision with `limbeck stamp heads` in place of an upgrade',
        ]),
  ];
  return [...(kept === 0 ? [] : [keptLine]), ...(count('shipped') === 0 ? [] : [shipped]), ...ship];
}
