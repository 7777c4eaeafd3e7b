import type { Block } from '../../scripts/docs/markdown-file.ts';

/** One command of a block of shell, without its variables and redirections. */
export interface ShellCommand {
  readonly words: readonly string[];
  /** Line of the Markdown file. */
  readonly line: number;
}

const SHELLS = ['sh', 'bash', 'console', 'shell'];
const PIECE = /"((?:\\.|[^"\\])*)"|'([^']*)'|((?:\\.|[^\s"'|;&<>\\])+)/;
const PART = new RegExp(`(&&|\\|\\||[|;&])|([<>]+&?\\d?)|((?:${PIECE.source})+)`, 'g');

/** The commands of a block of shell; of a console session, what stands after `$`. */
export function shellCommands({ language, text, line }: Block): readonly ShellCommand[] {
  if (!SHELLS.includes(language)) return [];
  const isSession = /^\$ /m.test(text);
  const commands: ShellCommand[] = [];
  let joined = '';
  let start = line;
  text.split('\n').forEach((raw, index) => {
    if (joined === '') start = line + index;
    const own = joined === '' && isSession ? (/^\$ (.*)$/.exec(raw)?.[1] ?? '') : raw;
    joined += own.replace(/\\$/, ' ');
    if (own.endsWith('\\')) return;
    commands.push(...commandsIn(joined).map((words) => ({ words, line: start })));
    joined = '';
  });
  return commands;
}

/** The commands of a line: split at pipes and the like, without comment, variables and redirections. */
export function commandsIn(line: string): readonly (readonly string[])[] {
  const commands: string[][] = [[]];
  let isTarget = false;
  for (const [, separator, redirection, word = ''] of withoutComment(line).matchAll(PART)) {
    if (separator !== undefined) commands.push([]);
    else if (redirection === undefined && !isTarget) commands.at(-1)?.push(unquoted(word));
    isTarget = redirection !== undefined && !redirection.includes('&');
  }
  return commands.map(withoutVariables).filter((words) => words.length > 0);
}

function withoutVariables(words: readonly string[]): readonly string[] {
  const first = words.findIndex((word) => !/^[A-Z_]+=/.test(word));
  return first === -1 ? [] : words.slice(first);
}

/** A `#` outside of quotes, at the start or after a space, begins a comment. */
function withoutComment(line: string): string {
  const comment = line.replace(/"(?:\\.|[^"\\])*"|'[^']*'/g, (quoted) => '_'.repeat(quoted.length)).search(/(?:^|\s)#/);
  return comment === -1 ? line : line.slice(0, comment);
}

function unquoted(word: string): string {
  return [...word.matchAll(new RegExp(PIECE, 'g'))]
    .map(([, double, single, bare]) => double ?? single ?? bare ?? '')
    .join('');
}
