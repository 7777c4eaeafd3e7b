import { createHash, randomUUID } from 'node:crypto';
import { readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { REWRITE_REVISION, rewriteGraph } from './rewrite-graph.ts';
import { readTfjsGraph } from './tfjs-graph.ts';

const PREFIX = `ssdlite_mobilenet_v2.${REWRITE_REVISION}.`;

/**
 * The ONNX model of the weights in a folder: rewritten once and kept beside them under a name that holds its own hash,
 * so that a damaged one is noticed and made anew. A folder that cannot be written is no fault; then it is made each time.
 */
export async function onnxModelOf(directory: string): Promise<Uint8Array> {
  const cached = await findCached(directory);
  if (cached !== undefined) return cached;
  const model = rewriteGraph(await readTfjsGraph(directory));
  await keep(model, directory);
  return model;
}

async function findCached(directory: string): Promise<Uint8Array | undefined> {
  for (const name of await readdir(directory)) {
    if (!name.startsWith(PREFIX)) continue;
    const model = await readFile(join(directory, name));
    if (name === nameOf(model)) return model;
  }
  return undefined;
}

async function keep(model: Uint8Array, directory: string): Promise<void> {
  const temporary = join(directory, `.${randomUUID()}.tmp`);
  try {
    await writeFile(temporary, model);
    await rename(temporary, join(directory, nameOf(model)));
  } catch (error) {
    await rm(temporary, { force: true });
    if (!isReadOnly(error)) throw error;
  }
}

function nameOf(model: Uint8Array): string {
  return `${PREFIX}${createHash('sha256').update(model).digest('hex').slice(0, 16)}.onnx`;
}

function isReadOnly(error: unknown): boolean {
  return error instanceof Error && 'code' in error && ['EACCES', 'EROFS', 'EPERM'].includes(String(error.code));
}
