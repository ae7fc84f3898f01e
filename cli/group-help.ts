/**
 * Help for commands of two words that share the first: `limbeck assets`.
 */
import type { Command } from './command.js';
import { nameOf } from './mistakes.js';

/** Returns the commands of a group, none where the word names no group. */
export function membersOf(group: string, commands: readonly Command[]): readonly Command[] {
  return commands.filter((command) => nameOf(command).startsWith(`${group} `));
}

/** Lists the commands of a group. */
export function groupHelp(group: string, members: readonly Command[]): string {
  const width = Math.max(...members.map(({ usage }) => usage.length));
  const lines = members.map(({ usage, summary }) => `  ${usage.padEnd(width)}  ${summary}`);
  return `Usage: limbeck ${group} <command> [options]

${lines.join('\n')}

See \`limbeck ${group} <command> --help\` for one command.`;
}
