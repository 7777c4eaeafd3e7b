import { relative, resolve } from 'node:path';
import { Command } from 'commander';
import { UserError } from '../../errors/pipeline-error.ts';
import { didYouMean, listed } from '../../topology/suggest.ts';
import { paint, say } from '../terminal.ts';
import { taplineDependency } from './dependency.ts';
import { makeFolder, writeNewFiles } from './new-files.ts';
import { projectFiles } from './project-files.ts';
import { TEMPLATES, type TemplateName } from './templates.ts';

const HELP = `
Templates:
${Object.entries(TEMPLATES)
  .map(([name, summary]) => `  ${name.padEnd(8)} ${summary}`)
  .join('\n')}

Examples:
  tapline init
  tapline init orders --dir shop
  npx --package ./tapline-0.1.0.tgz tapline init video --dir street

Without an installed tapline, in a clone of it: npm run -s topology -- init orders --dir ../shop`;

/** `init`: a project that runs, tests and lints. */
export function initCommand(): Command {
  return new Command('init')
    .summary('make a project from a template')
    .description(
      'Writes a project: a topology, a processor in TypeScript, a test, package.json and tsconfig.json. Files that are there already are never written over.',
    )
    .argument('[template]', 'events, orders, iot or video', 'events')
    .option('--dir <folder>', 'where to write it; made where it is missing', '.')
    .addHelpText('after', HELP)
    .action(async (template: string, { dir }: { readonly dir: string }) => {
      await init(templateNamed(template), resolve(dir));
    });
}

async function init(template: TemplateName, folder: string): Promise<void> {
  await makeFolder(folder);
  const tapline = await taplineDependency(folder);
  const files = await projectFiles({ template, folder, tapline });
  await writeNewFiles(folder, files);
  say(`${template} is in ${folder}, and depends on tapline ${tapline}`);
  for (const path of files.keys()) say(`  ${path}`);
  say('\nNext:');
  const steps: readonly (readonly [command: string, what: string])[] = [
    ['npm install', ''],
    ['npm test', 'its tests, without a broker'],
    ['npm run lint', 'the topology and the types'],
    ['npm run topology:up', 'finds or starts a Kafka broker, and runs it'],
    ['npx tapline new processor NAME', 'a processor of yours'],
  ];
  const away = relative(process.cwd(), folder);
  if (away !== '') say(`  cd ${away.includes(' ') ? `"${away}"` : away}`);
  for (const [command, what] of steps) say(`  ${command.padEnd(32)}${paint('dim', what)}`.trimEnd());
}

function templateNamed(name: string): TemplateName {
  if (Object.hasOwn(TEMPLATES, name)) return name as TemplateName;
  const names = Object.keys(TEMPLATES);
  const mend = didYouMean(name, names, `choose one of ${listed(names)}`);
  throw new UserError('ARGUMENT_INVALID', `there is no template "${name}"; ${mend}`);
}
