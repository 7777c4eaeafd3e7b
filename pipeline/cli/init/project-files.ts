import { basename, resolve } from 'node:path';
import type { NewFiles } from './new-files.ts';
import { filesOf, type TemplateName } from './templates.ts';

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
}

export interface ProjectRequest {
  readonly template: TemplateName;
  /** Where it is written. */
  readonly folder: string;
  /** Version or place of tapline, as package.json names it. */
  readonly tapline: string;
}

/** All files of a new project. */
export async function projectFiles({ template, folder, tapline }: ProjectRequest): Promise<NewFiles> {
  const files = new Map([...(await filesOf('common')), ...(await filesOf(template))]);
  const manifest = JSON.parse(files.get('package.json') ?? '{}') as Manifest;
  const filled = {
    ...manifest,
    name: packageNameOf(folder),
    dependencies: { ...manifest.dependencies, tapline },
  };
  return files.set('package.json', `${JSON.stringify(filled, null, 2)}\n`);
}

/** The name of the folder, as npm takes it. */
function packageNameOf(folder: string): string {
  const name = basename(resolve(folder))
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]+/g, '-')
    .replace(/^[._-]+/, '');
  return name === '' || name === 'tapline' ? 'my-topology' : name;
}
