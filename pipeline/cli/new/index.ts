import { join, resolve } from 'node:path';
import { Argument, Command } from 'commander';
import { UserError } from '../../errors/pipeline-error.ts';
import { builtInNames } from '../../registry/built-ins.ts';
import type { DefinitionKind } from '../../topology/registry.ts';
import { writeNewFiles, type NewFiles } from '../init/new-files.ts';
import { filesOf } from '../init/templates.ts';
import { say } from '../terminal.ts';

/** What stands for the name in the files of `templates/new`. */
const PLACEHOLDER = 'template-name';
const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const LONGEST_NAME = 60;

interface Kind {
  /** Where modules of this kind lie, and how the registry calls them. */
  readonly shelf: 'processors' | 'sources' | 'sinks';
  /** The lines of the topology. */
  readonly wiring: (name: string) => readonly string[];
  /** Runs the test. */
  readonly test: (name: string) => string;
}

const KINDS: Readonly<Record<DefinitionKind, Kind>> = {
  processor: {
    shelf: 'processors',
    wiring: (name) => ['stages:', `  ${name}: { from: INPUT-TOPIC, process: ${name}, to: OUTPUT-TOPIC }`],
    test: (name) => `npx tapline test processors/${name}.test.yaml`,
  },
  source: {
    shelf: 'sources',
    wiring: (name) => ['sources:', `  ${name}: { type: ${name}, to: OUTPUT-TOPIC }`],
    test: (name) => `npx tsx --test sources/${name}.test.ts`,
  },
  sink: {
    shelf: 'sinks',
    wiring: (name) => ['taps:', `  ${name}: { on: INPUT-TOPIC, sink: ${name} }`],
    test: (name) => `npx tsx --test sinks/${name}.test.ts`,
  },
};

/** `new`: a processor, source or sink to begin with, and its test. */
export function newCommand(): Command {
  return new Command('new')
    .summary('make a processor, source or sink, and its test')
    .description(
      'Writes a module in TypeScript and a test of it that passes, and tells what to add to topology.yaml. Files that are there already are never written over.',
    )
    .addArgument(new Argument('<kind>', 'what to make').choices(Object.keys(KINDS)))
    .argument('<name>', 'its name: small letters, digits and hyphens')
    .option('--dir <folder>', 'folder of the topology file', '.')
    .addHelpText(
      'after',
      '\nExamples:\n  tapline new processor price\n  tapline new source turnstile --dir shop\n  tapline new sink mail',
    )
    .action(async (given: DefinitionKind, name: string, { dir }: { readonly dir: string }) => {
      checkName(given, name);
      const { shelf, wiring, test } = KINDS[given];
      const files = await filesNamed(shelf, name);
      await writeNewFiles(resolve(dir), files);
      for (const path of files.keys()) say(`wrote ${join(dir, path)}`);
      say(`\nIts test passes, and tells how it is meant:\n  ${test(name)}`);
      say(`\nTo run it, add to topology.yaml, with topics of yours:\n`);
      for (const line of wiring(name)) say(`  ${line}`);
    });
}

async function filesNamed(shelf: Kind['shelf'], name: string): Promise<NewFiles> {
  const files = await filesOf(`new/${shelf}`);
  return new Map(
    [...files].map(([path, text]) => [
      `${shelf}/${path.replace(PLACEHOLDER, name)}`,
      text.replaceAll(PLACEHOLDER, name),
    ]),
  );
}

function checkName(kind: DefinitionKind, name: string): void {
  if (!NAME.test(name) || name.length > LONGEST_NAME) {
    const mend = `give one of small letters, digits and hyphens, such as ${kind === 'processor' ? 'price' : 'shop'} or red-lights`;
    throw new UserError('ARGUMENT_INVALID', `"${name}" cannot be the name of a ${kind}; ${mend}`);
  }
  if (builtInNames(kind).includes(name)) {
    const sentence = `${kind} "${name}" is built in, and a topology that names it would get that one; choose another name`;
    throw new UserError('ARGUMENT_INVALID', sentence);
  }
}
