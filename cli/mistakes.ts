/**
 * Mistakes in the words of a command line: what yargs found wrong, said so that one knows what to type.
 */
import type { Command } from './command.js';
import { sharedOptions } from './options.js';

/** What is wrong, and what to do. */
export interface Mistake {
  readonly message: string;
  readonly next: string;
}

interface Line {
  readonly words: readonly string[];
  /** undefined when no word names a command. */
  readonly command: Command | undefined;
  /** What stands where the command should, and is none; undefined when nothing stands there. */
  readonly stray: string | undefined;
  /** The names of all commands. */
  readonly names: readonly string[];
}

/** Returns the name of a command: its usage up to the first argument. */
export function nameOf({ usage }: Command): string {
  return usage.split(/ (?=[[<])/)[0] ?? '';
}

/** Says what yargs found wrong in a line. */
export function mistakeIn(line: Line, complaint: string): Mistake {
  if (line.stray !== undefined) return unknownCommand(line.stray, line.names);
  const found = explanations
    .map(({ pattern, explain }) => ({ match: pattern.exec(complaint), explain }))
    .find(({ match }) => match !== null);
  if (found?.match) return found.explain(line, found.match[1] ?? '');
  return { message: lowerFirst(complaint.split('\n')[0] ?? ''), next: seeHelp(line) };
}

/** By the texts of yargs, in English, which `parse.ts` asks for. */
const explanations: readonly {
  readonly pattern: RegExp;
  readonly explain: (line: Line, rest: string) => Mistake;
}[] = [
  { pattern: /^Unknown (?:argument|command)s?: ([^,]+)/, explain: unknownWord },
  {
    pattern: /^Missing required arguments?: ([^,]+)/,
    explain: (line, name) => ({ message: `${quotedName(line)} needs \`--${name}\``, next: seeExample(line) }),
  },
  {
    pattern: /^Not enough arguments following: (.+)/,
    explain: (line, name) => ({ message: `"${dashed(name)}" needs a value`, next: seeHelp(line) }),
  },
  {
    pattern: /^Not enough non-option arguments/,
    explain: (line) => ({
      message: `${quotedName(line)} needs ${argumentsOf(line)}`,
      next: seeExample(line),
    }),
  },
];

/** yargs names flags without their dashes. */
function unknownWord(line: Line, name: string): Mistake {
  const { words, command } = line;
  const flag = words.find((word) => word.startsWith('-') && word.replace(/^-+|=.*$/g, '') === name);
  if (flag !== undefined) return unknownFlag(line, flag.replace(/=.*$/, ''));
  const owner = command === undefined ? 'limbeck' : `\`limbeck ${nameOf(command)}\``;
  return { message: `"${name}" is one word too many for ${owner}`, next: seeHelp(line) };
}

function argumentsOf({ command }: Line): string {
  return command === undefined ? 'more' : command.usage.slice(nameOf(command).length + 1);
}

function unknownCommand(name: string, names: readonly string[]): Mistake {
  const [group = ''] = name.split(' ');
  const members = names.filter((each) => each.startsWith(`${group} `));
  if (members.length > 0) return unknownMember(name, members);
  const near = otherNames.get(name) ?? nearest(name, names);
  return {
    message: `there is no command "${name}"`,
    next:
      near === undefined
        ? 'see `limbeck --help`'
        : `did you mean \`limbeck ${near}\`? Else see \`limbeck --help\``,
  };
}

/** Where the first word of a name is right. */
function unknownMember(name: string, members: readonly string[]): Mistake {
  const near = name.includes(' ') ? nearest(name, members) : undefined;
  return {
    message: `there is no command "${name}"`,
    next:
      near === undefined
        ? `choose one of ${members.map((member) => `\`limbeck ${member}\``).join(', ')}`
        : `did you mean \`limbeck ${near}\`? Else see \`limbeck --help\``,
  };
}

/** What other tools call a command. */
const otherNames: ReadonlyMap<string, string> = new Map([
  ['status', 'current'],
  ['migrate:status', 'current'],
  ['migrate:list', 'current'],
  ['migrate:up', 'upgrade'],
  ['migrate:latest', 'upgrade'],
  ['rollback', 'downgrade'],
  ['migrate:down', 'downgrade'],
  ['migrate:rollback', 'downgrade'],
  ['migrate:make', 'revision'],
]);

function unknownFlag(line: Line, flag: string): Mistake {
  const options = { ...line.command?.options, ...sharedOptions };
  const near = nearest(flag, Object.keys(options).map(dashed));
  const owner = line.command === undefined ? 'limbeck' : `\`limbeck ${nameOf(line.command)}\``;
  const help = seeHelp(line);
  return {
    message: `${owner} has no flag "${flag}"`,
    next: near === undefined ? help : `did you mean \`${near}\`? Else ${help}`,
  };
}

/** A flag as it is typed. */
export function dashed(name: string): string {
  return name.length === 1 ? `-${name}` : `--${name}`;
}

function quotedName({ command }: Line): string {
  return command === undefined ? 'limbeck' : `\`limbeck ${nameOf(command)}\``;
}

function seeHelp({ command }: Line): string {
  return `see \`limbeck${command === undefined ? '' : ` ${nameOf(command)}`} --help\``;
}

function seeExample(line: Line): string {
  return line.command === undefined ? seeHelp(line) : `write it as in \`limbeck ${line.command.example}\``;
}

/** The candidate that is a slip of the finger away, or begins so, if there is one. */
function nearest(text: string, candidates: readonly string[]): string | undefined {
  const limit = Math.max(1, Math.floor(text.replace(/^-+/, '').length / 3));
  const [best] = candidates
    .map((name) => ({ name, distance: isShortened(text, name) ? 0 : editDistance(text, name) }))
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance);
  return best?.name;
}

/** Whether the text is the start of a name, or lacks one or two of its letters. */
function isShortened(text: string, name: string): boolean {
  if (name.startsWith(text)) return true;
  let found = 0;
  for (const letter of name) if (letter === text[found]) found += 1;
  return found === text.length && name.length - text.length <= 2;
}

/** Letters to change, add, leave out or swap with the next. */
function editDistance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, column) => column)];
  const at = (row: number, column: number) => rows[row]?.[column] ?? 0;
  for (let row = 1; row <= a.length; row += 1) {
    rows.push([row]);
    for (let column = 1; column <= b.length; column += 1) {
      const changed = at(row - 1, column - 1) + (a[row - 1] === b[column - 1] ? 0 : 1);
      const isSwapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      const swapped = isSwapped ? at(row - 2, column - 2) + 1 : changed;
      rows[row]?.push(Math.min(changed, swapped, at(row - 1, column) + 1, at(row, column - 1) + 1));
    }
  }
  return at(a.length, b.length);
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
