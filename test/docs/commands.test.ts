import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { readMarkdown, type MarkdownFile } from '../../scripts/docs/markdown-file.ts';
import { markdownFiles } from '../../scripts/docs/markdown-files.ts';
import { faultsOf, type Scripts } from './check-command.ts';
import { commandsIn, shellCommands } from './shell-commands.ts';

const { scripts } = JSON.parse(await readFile('package.json', 'utf8')) as { readonly scripts: Scripts };

/** What does not exist of the commands in blocks of shell, and of those that stand in a sentence. */
function wrongCommands({ path, blocks, codes }: MarkdownFile): readonly string[] {
  const inText = codes
    .filter(({ text }) => /^(?:npm run|npx tapline|tapline) /.test(text) && !/[<|…]/.test(text))
    .flatMap(({ text, line }) => commandsIn(text).map((words) => ({ words, line })));
  return [...blocks.flatMap(shellCommands), ...inText].flatMap(({ words, line }) =>
    faultsOf(words, scripts).map((fault) => `${path}:${line} ${fault}`),
  );
}

const faulty = `
\`\`\`sh
npm ci && npm run topology:upp     # this one
npm run topology:up -- --source x --nosuch=3 | tapline dlq shaw a
KAFKA_BROKERS='a b' npx tapline tap frames --where "a --b # c" \\
  --limitt 3 > out.txt
npm run tap frames --live
tapline dlq show x --limit
\`\`\`

Say \`npm run nothing\`, not \`npm run -s topology -- <verb>\`.

\`\`\`console
$ tapline nosuch
tapline is not said here
\`\`\`
`;

describe('commands in Markdown', async () => {
  it.each((await markdownFiles()).map((file) => [file.path, file] as const))('%s names what exists', (_, file) => {
    expect(wrongCommands(file)).toEqual([]);
  });

  it('are told with file and line where they name what does not exist', () => {
    expect(wrongCommands(readMarkdown('a.md', faulty))).toEqual([
      'a.md:3 package.json has no script "topology:upp"',
      'a.md:4 tapline up has no option --nosuch',
      'a.md:4 tapline dlq has no command "shaw"',
      'a.md:5 tapline tap has no option --limitt',
      'a.md:7 npm takes --live for itself; put -- before it',
      'a.md:8 --limit lacks its value',
      'a.md:14 tapline has no command "nosuch"',
      'a.md:11 package.json has no script "nothing"',
    ]);
  });
});
