import { describe, expect, it } from 'vitest';
import { readMarkdown } from '../../scripts/docs/markdown-file.ts';
import { markdownFiles } from '../../scripts/docs/markdown-files.ts';
import { lintMarkdown } from './lint-markdown.ts';

const faulty = `# Page

\`\`\`yaml
name: shop
sources: { rows: { type: stdin, too: orders } }
\`\`\`

A stage:

\`\`\`yaml
many: { from: orders, process: aggregate, with: { computes: {} } }
\`\`\`

\`\`\`yaml
  shown: { on: orders, sink: consol }
\`\`\`

\`\`\`yaml
tests: [ { name: a, steps: [ { advance: soon } ] } ]
\`\`\`

\`\`\`yaml
version: "3"
\`\`\`

<!-- lint: foreign -->
\`\`\`yaml
version: "3"
\`\`\`
`;

describe('YAML in Markdown', async () => {
  it.each((await markdownFiles()).map((file) => [file.path, file] as const))('%s passes lint', async (_, file) => {
    expect(await lintMarkdown(file)).toEqual([]);
  });

  it('is told with the line of the Markdown file where it does not', async () => {
    const found = await lintMarkdown(readMarkdown('docs/page.md', faulty));

    expect(found.map((line) => line.replace(/^(\S+ [A-Z_]*).*/, '$1'))).toEqual([
      'docs/page.md:5:12 TOPOLOGY_MISSING_KEY',
      'docs/page.md:5:33 TOPOLOGY_UNKNOWN_KEY',
      'docs/page.md:11:43 TOPOLOGY_MISSING_OPTION',
      'docs/page.md:11:51 TOPOLOGY_UNKNOWN_OPTION',
      'docs/page.md:15:30 TOPOLOGY_UNKNOWN_SINK',
      'docs/page.md:19:41 TEST_INVALID',
      'docs/page.md:23 ',
    ]);
  });
});
