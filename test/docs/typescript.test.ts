import { describe, expect, it } from 'vitest';
import { readMarkdown } from '../../scripts/docs/markdown-file.ts';
import { markdownFiles } from '../../scripts/docs/markdown-files.ts';
import { checkTypeScript } from './check-typescript.ts';

const faulty = `# Page

\`\`\`ts
import { defineProcessor, nosuch } from 'tapline';
import mine from './mine.ts';

const many: number = 'three';
\`\`\`
`;

describe('TypeScript in Markdown', () => {
  it('compiles under strict against the types that the package ships', async () => {
    expect(checkTypeScript(await markdownFiles())).toEqual([]);
  }, 60_000);

  it('is told with the line of the Markdown file where it does not', () => {
    expect(checkTypeScript([readMarkdown('docs/page.md', faulty)])).toEqual([
      expect.stringMatching(/^docs\/page\.md:4 .*'nosuch'/),
      "docs/page.md:7 Type 'string' is not assignable to type 'number'.",
    ]);
  }, 60_000);
});
