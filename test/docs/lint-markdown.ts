import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../pipeline/errors/pipeline-error.ts';
import { checkTopology } from '../../pipeline/registry/read-topology.ts';
import { parseTestFile, TestFileInvalidError } from '../../pipeline/testing/files/read-test-file.ts';
import type { Block, MarkdownFile } from '../../scripts/docs/markdown-file.ts';
import { topologyFolder } from '../registry/topology-folder.ts';
import { completed } from './yaml-block.ts';

type Told = Pick<Awaited<ReturnType<typeof checkTopology>>[number], 'line' | 'column' | 'code' | 'message'>;

/** What is wrong with the YAML of a Markdown file, with the line of that file. Modules shown in it can be named. */
export async function lintMarkdown(file: MarkdownFile): Promise<readonly string[]> {
  const folder = await topologyFolder(modulesOf(file));
  const findings = await Promise.all(
    file.blocks
      .filter(({ language }) => ['yaml', 'yml'].includes(language))
      .map(async (block) => {
        const { kind, text, shift } = completed(block);
        if (kind === 'foreign') return [];
        if (kind === 'unknown')
          return [
            `${file.path}:${block.line} is no topology, part of one or test; put <!-- lint: foreign --> above it`,
          ];
        const told = kind === 'test' ? testFindings(text) : await topologyFindings({ ...block, text }, folder);
        const passedOver = /^lint: without (.*)$/.exec(block.comment)?.[1]?.split(', ') ?? [];
        return told
          .filter(({ code }) => !passedOver.includes(code))
          .map((finding) => {
            const { line, column, code, message } = finding;
            return `${file.path}:${block.line + line - 1 - shift.lines}:${column - shift.columns} ${code} ${message}`;
          });
      }),
  );
  return findings.flat();
}

async function topologyFindings({ text, line, comment }: Block, folder: string): Promise<readonly Told[]> {
  const base = /^lint: over (.*)$/.exec(comment)?.[1];
  if (base === undefined) return checkTopology({ file: `${folder}/topology.yaml`, text });
  const overlay = join(folder, `overlay-${line}.yaml`);
  await writeFile(overlay, text);
  return checkTopology({ file: base, overlays: [overlay] });
}

function testFindings(text: string): readonly Told[] {
  try {
    parseTestFile(text, 'a.test.yaml');
    return [];
  } catch (error) {
    if (error instanceof TestFileInvalidError) return error.findings;
    throw error instanceof UserError ? new Error(error.message, { cause: error }) : error;
  }
}

/** TypeScript blocks that define a processor, source or sink, by the path where a topology beside them finds them. */
function modulesOf({ blocks }: MarkdownFile): Readonly<Record<string, string>> {
  return Object.fromEntries(blocks.filter(({ language }) => language === 'ts').flatMap((block) => moduleOf(block)));
}

function moduleOf({ text }: Block): readonly (readonly [string, string])[] {
  const kind = /^export default define(Processor|Source|Sink)\(/m.exec(text)?.[1]?.toLowerCase();
  const name = /^ {2}name: '([^']+)'/m.exec(text)?.[1];
  const path = /^\/\/ (\S+\.ts)$/m.exec(text)?.[1] ?? `${kind}s/${name}.ts`;
  return kind === undefined ? [] : [[path, text]];
}
