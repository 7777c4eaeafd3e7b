import type { Command } from 'commander';
import { createProgram } from '../../pipeline/cli/program.ts';

const program = await createProgram();

/** The command a path of verbs leads to, as far as there are such verbs, and the words after it. */
export function findCommand(words: readonly string[]): { readonly command: Command; readonly rest: readonly string[] } {
  let command = program;
  for (const [index, word] of words.entries()) {
    const next = command.commands.find((sub) => sub.name() === word || sub.aliases().includes(word));
    if (next === undefined) return { command, rest: words.slice(index) };
    command = next;
  }
  return { command, rest: [] };
}

/** All words that lead to a command: `tapline dlq show`. */
export function pathOf(command: Command): string {
  return command.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name();
}
