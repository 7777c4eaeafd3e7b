import { join } from 'node:path';
import ts from 'typescript';
import type { MarkdownFile } from '../../scripts/docs/markdown-file.ts';

const root = join(import.meta.dirname, '../..');
/** A module of the reader that the page does not show. */
const MODULE_NOT_FOUND = 2307;

/** As `tapline init` sets it up for projects: the package is found by its name, with the types that it ships. */
const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  lib: ['lib.es2023.d.ts'],
  types: ['node'],
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  allowImportingTsExtensions: true,
  strict: true,
  skipLibCheck: true,
  noEmit: true,
};

/** What the compiler says of the TypeScript in Markdown files, with their lines. Each block is a module. */
export function checkTypeScript(files: readonly MarkdownFile[]): readonly string[] {
  const blocks = new Map(
    files.flatMap(({ path, blocks }) =>
      blocks
        .filter(({ language }) => ['ts', 'typescript'].includes(language))
        .map(({ text, line }) => [join(root, `${path}.${line}.ts`), { path, text, line }] as const),
    ),
  );
  const host = ts.createCompilerHost(options);
  const program = ts.createProgram([...blocks.keys()], options, {
    ...host,
    readFile: (name) => blocks.get(name)?.text ?? host.readFile(name),
    fileExists: (name) => blocks.has(name) || host.fileExists(name),
    getSourceFile: (name, language, ...rest) => {
      const text = blocks.get(name)?.text;
      return text === undefined
        ? host.getSourceFile(name, language, ...rest)
        : ts.createSourceFile(name, text, language, true);
    },
  });
  return [...blocks].flatMap(([name, { path, line }]) =>
    ts
      .getPreEmitDiagnostics(program, program.getSourceFile(name))
      .filter((diagnostic) => diagnostic.code !== MODULE_NOT_FOUND || !isRelative(diagnostic))
      .map(({ file, start = 0, messageText }) => {
        const below = file ? file.getLineAndCharacterOfPosition(start).line : 0;
        return `${path}:${line + below} ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
      }),
  );
}

function isRelative({ file, start = 0 }: ts.Diagnostic): boolean {
  return file !== undefined && /^['"]\.\.?\//.test(file.text.slice(start));
}
