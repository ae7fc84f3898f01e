/**
 * The command line for yargs: what may be typed, and which command it means.
 */
import yargs, { type Argv, type Options } from 'yargs';
import type { Arguments, Command, CommandFamily } from './command.js';
import { authorCommands } from './commands/author.js';
import { migrateCommands } from './commands/migrate.js';
import { proveCommands } from './commands/prove.js';
import { readCommands } from './commands/read.js';
import { groupHelp, membersOf } from './group-help.js';
import {
  flagWords,
  plainWordsOf,
  unmarkedArguments,
  unmarkedText,
  withoutSeparator,
} from './literal-words.js';
import { dashed, type Mistake, mistakeIn, nameOf } from './mistakes.js';
import { sharedOptions } from './options.js';

export const families: readonly CommandFamily[] = [
  authorCommands,
  migrateCommands,
  readCommands,
  proveCommands,
];

/** What the words on the command line amount to. */
export type Parsed =
  | { readonly kind: 'run'; readonly command: Command; readonly args: Arguments }
  | { readonly kind: 'print'; readonly what: 'help' | 'version'; readonly text: string }
  | { readonly kind: 'nothing'; readonly help: string; readonly mistake: Mistake }
  | { readonly kind: 'wrong'; readonly mistake: Mistake };

const commands = families.flatMap((family) => family.commands);

/** Parses words; runs nothing and prints nothing. */
export async function parseArguments(given: readonly string[], version: () => string): Promise<Parsed> {
  const words = given[0] === 'help' ? [...given.slice(1), '--help'] : given;
  const [only, ...more] = words.filter((word) => word !== '--json');
  if (only === undefined) return nothing('', withOverview(await createParser(() => {}).getHelp()));
  if ((only === '--version' || only === 'version') && more.length === 0) {
    return { kind: 'print', what: 'version', text: version() };
  }
  const group = groupOnly(words);
  if (group !== undefined) return group;
  let chosen: { command: Command; args: Arguments } | undefined;
  const parser = createParser((command, args) => {
    chosen = { command, args: unmarkedArguments(args) };
  });
  const { error, output } = await parse(parser, withoutSeparator(withJoinedName(words)));
  if (error !== undefined) return { kind: 'wrong', mistake: mistakeIn(lineOf(words), unmarkedText(error)) };
  if (chosen !== undefined && output === '') return { kind: 'run', ...chosen };
  return { kind: 'print', what: 'help', text: withOverview(output) };
}

function nothing(group: string, help: string): Parsed {
  const next = `see \`limbeck${group} --help\``;
  return { kind: 'nothing', help, mistake: { message: 'no command was given', next } };
}

/** What a line means that has the first word of a command of two words, and no second one. */
function groupOnly(words: readonly string[]): Parsed | undefined {
  const [group = '', ...more] = plainWords(words).map(({ word }) => word);
  const members = membersOf(group, commands);
  if (members.length === 0 || more.length > 0) return undefined;
  const text = groupHelp(group, members);
  const isAsked = flagWords(words).some((word) => word === '--help' || word === '-h');
  return isAsked ? { kind: 'print', what: 'help', text } : nothing(` ${group}`, text);
}

function lineOf(words: readonly string[]) {
  const name = typedName(words);
  const command = commands.find((each) => nameOf(each) === name);
  return { words, command, stray: command === undefined ? name : undefined, names: commands.map(nameOf) };
}

/** The words that should name a command: two where the first is that of several commands. */
function typedName(words: readonly string[]): string | undefined {
  const [first, second] = plainWords(words).map(({ word }) => word);
  const isGroup = membersOf(first ?? '', commands).length > 0;
  return isGroup && second !== undefined ? `${first} ${second}` : first;
}

/** Makes one word, which yargs takes for the name of a command, of a name that has two. */
function withJoinedName(words: readonly string[]): readonly string[] {
  const name = typedName(words) ?? '';
  if (!name.includes(' ') || !commands.some((command) => nameOf(command) === name)) return words;
  const [first, second] = plainWords(words).map(({ index }) => index);
  return [joined(name), ...words.filter((_word, index) => index !== first && index !== second)];
}

function plainWords(words: readonly string[]) {
  return plainWordsOf(flagWords(words), flagsWithValue);
}

function joined(name: string): string {
  return name.replace(' ', ':');
}

/** The flags of all commands that take the next word, with their dashes. */
const flagsWithValue: ReadonlySet<string> = new Set(
  [sharedOptions, ...commands.map(({ options = {} }) => options)].flatMap((options) =>
    Object.entries<Options>(options)
      .filter(([, { type }]) => type === 'string')
      .flatMap(([name, { alias }]) => [name, ...[alias ?? []].flat()])
      .map(dashed),
  ),
);

function createParser(choose: (command: Command, args: Arguments) => void): Argv {
  let parser: Argv = yargs([])
    .scriptName('limbeck')
    // Help and mistakes are in English, as all that limbeck says.
    .locale('en')
    .usage(
      `Migrate PostgreSQL along a graph of revisions\n\nUsage: limbeck <command> [options]\n\n${commandsMark}`,
    )
    .epilogue('See `limbeck <command> --help` for one command.')
    .parserConfiguration({ 'parse-numbers': false, 'parse-positional-numbers': false, 'dot-notation': false })
    .options(withValues(sharedOptions))
    .group([...Object.keys(sharedOptions), 'help'], 'Everywhere:')
    .strict()
    .demandCommand(1, 'no command was given')
    .version(false)
    .help()
    .alias('help', 'h')
    .wrap(100)
    .exitProcess(false);
  for (const command of commands) {
    const name = nameOf(command);
    parser = parser.command(
      joined(name) + command.usage.slice(name.length),
      // The overview lists it, with its family.
      false,
      (argv) => describe(argv, command),
      (args) => choose(command, args as unknown as Arguments),
    );
  }
  return parser;
}

/** Stands for the commands in the help of yargs, which knows no families, and would lose the indentation. */
const commandsMark = '<commands>';

function withOverview(help: string): string {
  return help.replace(commandsMark, overview());
}

/** The commands by family. */
function overview(): string {
  const width = Math.max(...commands.map(({ usage }) => usage.length));
  return families
    .map(({ title, commands: members }) =>
      [`${title}:`, ...members.map(({ usage, summary }) => `  ${usage.padEnd(width)}  ${summary}`)].join(
        '\n',
      ),
    )
    .join('\n\n');
}

function describe(argv: Argv, command: Command): Argv {
  const { usage, summary, positionals = {}, options = {}, example } = command;
  let described = argv
    .usage(`${summary}\n\nUsage: limbeck ${usage} [options]`)
    .epilogue('')
    .options(withValues(withoutKnownAliases(options)))
    .group(
      Object.keys(options).filter((name) => !(name in sharedOptions)),
      'Options:',
    )
    .example(`limbeck ${example}`, '');
  for (const [name, about] of Object.entries(positionals)) described = described.positional(name, about);
  return described;
}

/** Of an option that every command has, a command says anew what it means; its short form is known already. */
function withoutKnownAliases(options: Readonly<Record<string, Options>>): Record<string, Options> {
  return Object.fromEntries(
    Object.entries(options).map(([name, { alias, ...about }]) => [
      name,
      name in sharedOptions || alias === undefined ? about : { ...about, alias },
    ]),
  );
}

/** A flag that takes a text must be given one. */
function withValues(options: Readonly<Record<string, Options>>): Record<string, Options> {
  return Object.fromEntries(
    Object.entries(options).map(([name, about]) => [
      name,
      about.type === 'string' && about.array !== true ? { ...about, requiresArg: true } : about,
    ]),
  );
}

async function parse(
  parser: Argv,
  words: readonly string[],
): Promise<{ error: string | undefined; output: string }> {
  let message: string | undefined;
  parser.fail((text, error) => {
    message ??= text ?? error?.message;
  });
  return new Promise((resolve) => {
    void parser.parseAsync([...words], {}, (error: unknown, _args: unknown, output: string) => {
      const failure = message ?? (error instanceof Error ? error.message : undefined);
      resolve({ error: failure, output });
    });
  });
}
