/**
 * The pages of docs/reference that are made from the code: commands and errors.
 *
 * `npm run docs` writes them, and docs.spec.ts fails when they are not what is written here.
 */
import type { Options, PositionalOptions } from 'yargs';
import type { Command, CommandFamily } from '../../cli/command.js';
import { nameOf } from '../../cli/mistakes.js';
import { sharedOptions } from '../../cli/options.js';
import { families } from '../../cli/parse.js';
import { type ErrorCategory, type ErrorCode, errorCodes, LimbeckError } from '../../lib/errors.js';

/** The generated pages, by path from the top of the project. */
export function referencePages(): ReadonlyMap<string, string> {
  return new Map([
    ['docs/reference/commands.md', commandsPage(families)],
    ['docs/reference/errors.md', errorsPage()],
  ]);
}

/** The words that name a command. */
export function commandNames(): string[] {
  return families.flatMap(({ commands }) => commands.map(nameOf));
}

/** Every way to write an option of the command, without dashes. */
export function optionNames(name: string): string[] {
  const command = families.flatMap(({ commands }) => commands).find((each) => nameOf(each) === name);
  const options: Record<string, Options> = { ...sharedOptions, ...command?.options };
  return [
    'help',
    'h',
    ...Object.entries(options).flatMap(([option, { alias = [] }]) => [option, alias].flat()),
    // What may be wanted, unwanted, or neither.
    ...Object.entries(options).flatMap(([option, { type, default: value }]) =>
      type === 'boolean' && value === undefined ? [`no-${option}`] : [],
    ),
  ];
}

const generated = '<!-- Written by `npm run docs` from the code. Do not edit. -->';

function commandsPage(all: readonly CommandFamily[]): string {
  const contents = all.map(
    ({ title, commands }) => `- ${title}: ${commands.map((command) => linkTo(nameOf(command))).join(', ')}`,
  );
  return page([
    '# Commands',
    generated,
    '`limbeck <command>`, in four families:',
    contents.join('\n'),
    'The result goes to stdout, everything else to stderr. Exit status: 0 done or clean, 1 found something, 2 failed, 64 wrong usage, 130 or 143 stopped by a signal.',
    'What a `target` or a `revision` may be is in [Identifiers](scripts.md#identifiers). What `--json` prints is in [JSON](json.md).',
    ...all.flatMap(({ title, commands }) => [`## ${title}`, ...commands.flatMap(commandSections)]),
    '## Options of every command',
    optionTable(sharedOptions),
  ]);
}

function commandSections(command: Command): string[] {
  const { usage, summary, positionals = {}, options = {}, example } = command;
  const hasOptions = Object.keys(options).length > 0;
  return [
    `### ${nameOf(command)}`,
    `${summary}.`,
    fenced(`limbeck ${usage}${hasOptions ? ' [options]' : ''}`),
    ...(Object.keys(positionals).length > 0 ? [positionalTable(positionals)] : []),
    ...(hasOptions ? [optionTable(options)] : []),
    `Example: \`npx limbeck ${example}\``,
  ];
}

function positionalTable(positionals: Readonly<Record<string, PositionalOptions>>): string {
  const rows = Object.entries(positionals).map(([name, about]) => [
    `\`${name}\``,
    about.describe ?? '',
    defaultOf(about),
  ]);
  return table(['argument', 'meaning', 'default'], rows);
}

function optionTable(options: Readonly<Record<string, Options>>): string {
  const rows = Object.entries(options).map(([name, about]) => [
    spelling(name, about),
    about.describe ?? '',
    defaultOf(about),
  ]);
  return table(['option', 'meaning', 'default'], rows);
}

function spelling(name: string, { alias = [], type, array }: Options): string {
  const short = [alias].flat().map((each) => `-${each}`);
  const value = type === 'boolean' ? '' : ' TEXT';
  const many = array === true ? ', may be repeated' : '';
  return `\`${[...short, `--${name}`].join(', ')}${value}\`${many}`;
}

/** What yargs shows as the default, in words where there are words for it. */
function defaultOf(about: Options | PositionalOptions): string {
  const { default: value, demandOption, type } = about;
  const inWords = (about as Options).defaultDescription;
  if (inWords !== undefined) return inWords;
  if (demandOption === true) return 'required';
  if (type === 'boolean') return value === true ? 'yes' : 'no';
  return value === undefined ? '' : `\`${String(value)}\``;
}

const categoryTitles: Record<ErrorCategory, string> = {
  revision: 'Revision: the graph of the script directory, and identifiers that name something in it',
  usage: 'Usage: the command line, or the arguments of a library call',
  config: 'Config: the knexfile and the settings',
  script: 'Script: the files of the script directory',
  asset: 'Asset: live files, frozen versions and manifests',
  migration: 'Migration: a run',
  database: 'Database: the server',
  lock: 'Lock: one migrator at a time',
  offline: 'Offline: where there is no database to read from',
};

function errorsPage(): string {
  const codes = Object.entries(errorCodes) as [ErrorCode, readonly [ErrorCategory, string]][];
  const categories = [...new Set(codes.map(([, [category]]) => category))];
  const sections = categories.flatMap((category) => {
    const rows = codes
      .filter(([, [own]]) => own === category)
      .map(([code, [, meaning]]) => [`\`${code}\``, meaning, String(exitStatusOf(code))]);
    return [
      `## ${categoryTitles[category]}`,
      `Class \`${classOf(category)}\`.`,
      table(['code', 'meaning', 'exit status'], rows),
    ];
  });
  return page([
    '# Errors',
    generated,
    'Every error has a code, a message, a place where there is one, and what to do next. Codes are public and never renamed.',
    fenced(
      [
        'error[MULTIPLE_HEADS]: "head" means 2 revisions',
        '  where: 11aa204e17f5 (refunds), 3293ab064e0a (shipping)',
        '  next:  name one of them, take all with `limbeck upgrade heads`, or join them with `limbeck merge heads -m "…"`',
      ].join('\n'),
    ),
    'A step that fails in a run throws a `MigrationError` that keeps the code of what went wrong, whatever its category, and adds which revision failed and what stands.',
    'The command line adds two codes, both with exit status 2: `FILE_FAILED` when the file system refuses, and `INTERNAL` for anything else: a script or knexfile that throws outside of its functions or ends the process, which the message says, or a bug, which we ask you to report.',
    ...sections,
  ]);
}

function classOf(category: ErrorCategory): string {
  return `${category.charAt(0).toUpperCase()}${category.slice(1)}Error`;
}

function exitStatusOf(code: ErrorCode): number {
  return new LimbeckError(code, { message: '', next: '' }).exitStatus;
}

function linkTo(name: string): string {
  return `[${name}](#${name.replaceAll(' ', '-')})`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function fenced(text: string): string {
  return `\`\`\`text\n${text}\n\`\`\``;
}

function page(blocks: readonly string[]): string {
  return `${blocks.join('\n\n')}\n`;
}
