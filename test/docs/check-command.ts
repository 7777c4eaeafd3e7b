import type { Command, Option } from 'commander';
import { findCommand, pathOf } from './find-command.ts';

const PREFIX = /^node dist\/pipeline\/cli\/main\.js ?/;
/** Scripts of npm itself, which need no line in package.json. */
const NPM_VERBS = ['ci', 'install', 'i', 'view', 'exec', 'pack', 'create', 'init', 'pkg'];

export type Scripts = Readonly<Record<string, string>>;

/** What a command of a page names that does not exist: a script, a verb or an option. Other programs are left alone. */
export function faultsOf(words: readonly string[], scripts: Scripts): readonly string[] {
  const [program, ...args] = words;
  if (program === 'tapline') return taplineFaults(args);
  if (program === 'npx') {
    const rest = args.filter((word) => word !== '--yes' && word !== '-y');
    return rest[0] === 'tapline' ? taplineFaults(rest.slice(1)) : [];
  }
  return program === 'npm' ? npmFaults(args, scripts) : [];
}

function npmFaults(args: readonly string[], scripts: Scripts): readonly string[] {
  const [verb, ...rest] = args.filter((word) => !['-s', '--silent', '-q'].includes(word));
  if (verb === undefined || NPM_VERBS.includes(verb)) return [];
  const [script, ...given] = verb === 'run' ? rest : [verb, ...rest];
  if (script === undefined) return [];
  const command = scripts[script];
  if (command === undefined) return [`package.json has no script "${script}"`];
  const end = given.indexOf('--');
  const swallowed = given.slice(0, end === -1 ? undefined : end).find((word) => word.startsWith('-'));
  if (swallowed !== undefined) return [`npm takes ${swallowed} for itself; put -- before it`];
  if (!PREFIX.test(command)) return [];
  const own = command.replace(PREFIX, '').split(' ').filter(Boolean);
  return taplineFaults([...own, ...given.filter((_, index) => index !== end)]);
}

function taplineFaults(words: readonly string[]): readonly string[] {
  const { command, rest } = findCommand(words);
  const [first] = rest;
  if (command.commands.length > 0 && first !== undefined && !first.startsWith('-'))
    return isPlaceholder(first) || first === 'help' ? [] : [`${pathOf(command)} has no command "${first}"`];
  return rest.flatMap((word, index) => {
    const [name = ''] = word.split('=');
    const before = optionOf(command, rest[index - 1] ?? '');
    if (!/^--?[a-z]/i.test(name) || ['--help', '-h'].includes(name) || before?.required === true) return [];
    const option = optionOf(command, name);
    if (option === undefined) return [`${pathOf(command)} has no option ${name}`];
    const lacksValue = option.required && !word.includes('=') && rest[index + 1] === undefined;
    return lacksValue ? [`${name} lacks its value`] : [];
  });
}

/** An option of a command, or of `up` where the command hands its options on to it. */
function optionOf(command: Command, name: string): Option | undefined {
  const own = command.options.find(({ long, short }) => long === name || short === name);
  const handsOn = command.registeredArguments.at(-1)?.description.startsWith('options of up') === true;
  return own ?? (handsOn ? optionOf(findCommand(['up']).command, name) : undefined);
}

function isPlaceholder(word: string): boolean {
  return word.startsWith('<') || word.startsWith('[');
}
