/**
 * The command line for yargs: what may be typed, and which command it means.
 */
import yargs, { type Argv } from 'yargs';
import type { Arguments, Command, CommandFamily } from './command.js';
import { authorCommands } from './commands/author.js';
import { migrateCommands } from './commands/migrate.js';
import { proveCommands } from './commands/prove.js';
import { readCommands } from './commands/read.js';
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
  | { readonly kind: 'print'; readonly text: string }
  | { readonly kind: 'wrong'; readonly message: string; readonly command: string | undefined };

/** Parses words; runs nothing and prints nothing. */
export async function parseArguments(words: readonly string[], version: () => string): Promise<Parsed> {
  if (words.length === 1 && (words[0] === '--version' || words[0] === 'version')) {
    return { kind: 'print', text: version() };
  }
  let chosen: { command: Command; args: Arguments } | undefined;
  const parser = createParser((command, args) => {
    chosen = { command, args };
  });
  if (words.length === 0) return { kind: 'wrong', message: 'no command was given', command: undefined };
  const { error, output } = await parse(parser, words);
  if (error !== undefined) return { kind: 'wrong', message: error, command: commandNamed(words) };
  if (chosen !== undefined && output === '') return { kind: 'run', ...chosen };
  return { kind: 'print', text: output };
}

/** Returns the help of the whole tool, or of one command. */
export async function helpText(): Promise<string> {
  return createParser(() => {}).getHelp();
}

function createParser(choose: (command: Command, args: Arguments) => void): Argv {
  let parser: Argv = yargs([])
    .scriptName('limbeck')
    .usage('limbeck <command>\n\nMigrate PostgreSQL along a graph of revisions')
    .parserConfiguration({ 'parse-numbers': false, 'parse-positional-numbers': false, 'dot-notation': false })
    .options(sharedOptions)
    .group(Object.keys(sharedOptions), 'Everywhere:')
    .strict()
    .recommendCommands()
    .demandCommand(1, 1, 'no command was given', 'one command at a time')
    .version(false)
    .help()
    .alias('help', 'h')
    .wrap(100)
    .exitProcess(false);
  for (const command of families.flatMap(({ commands }) => commands)) {
    parser = parser.command(
      command.usage,
      command.summary,
      (argv) => describe(argv, command),
      (args) => choose(command, args as unknown as Arguments),
    );
  }
  return parser;
}

function describe(argv: Argv, { positionals = {}, options = {}, example }: Command): Argv {
  let described = argv.options(options).example(`limbeck ${example}`, '');
  for (const [name, about] of Object.entries(positionals)) described = described.positional(name, about);
  return described;
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

function commandNamed(words: readonly string[]): string | undefined {
  const names = families.flatMap(({ commands }) => commands.map(({ usage }) => usage.split(' ')[0] ?? ''));
  return words.find((word) => names.includes(word));
}
