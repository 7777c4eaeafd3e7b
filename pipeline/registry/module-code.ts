import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { dirname, relative, resolve } from 'node:path';

/** What a module of the user is made of. */
export interface ModuleCode {
  /** Its file and the local files it imports, absolute. */
  readonly files: readonly string[];
  /** Of the text of all of them. */
  readonly digest: string;
}

/** `from './x.ts'`, `import './x.ts'`, `import('./x.ts')`, `require('./x')`: also in a comment, which does no harm. */
const LOCAL_IMPORT = /(?:\bfrom|\bimport|\brequire)\s*\(?\s*(['"])(\.{1,2}\/[^'"\n]+)\1/g;
const ENDINGS = ['', '.ts', '.mts', '.js', '.mjs', '.json', '/index.ts', '/index.js', '/index.mjs'];
const DIGEST_CHARACTERS = 16;

/** The code of a module: what its imports name by a relative path counts as well, packages do not. */
export async function codeOf(path: string): Promise<ModuleCode> {
  const texts = new Map<string, string>();
  for (const waiting = [path]; waiting.length > 0;) {
    const file = waiting.pop() ?? '';
    if (texts.has(file)) continue;
    const text = await readFile(file, 'utf8');
    texts.set(file, text);
    waiting.push(...(await importsOf(file, text)));
  }
  const hash = createHash('sha256');
  const files = [...texts.keys()].sort();
  for (const file of files) hash.update(JSON.stringify([relative(dirname(path), file), texts.get(file)]));
  return { files, digest: hash.digest('hex').slice(0, DIGEST_CHARACTERS) };
}

async function importsOf(file: string, text: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const [, , reference = ''] of text.matchAll(LOCAL_IMPORT)) {
    const wanted = resolve(dirname(file), reference);
    // TypeScript may say .js of what is .ts
    const names = [...ENDINGS.map((ending) => wanted + ending), wanted.replace(/\.(m?)js$/, '.$1ts')];
    const there = await firstFile(names);
    if (there !== undefined) found.push(there);
  }
  return found;
}

async function firstFile(names: readonly string[]): Promise<string | undefined> {
  for (const name of names) {
    const found = await stat(name).catch(() => null); // absent: try the next
    if (found?.isFile()) return name;
  }
  return undefined;
}
