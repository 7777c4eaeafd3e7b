import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A folder with these files, removed after the test. It lies inside the project, so that modules can import it. */
export async function topologyFolder(files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  await mkdir('.tapline', { recursive: true });
  const folder = await mkdtemp(join(process.cwd(), '.tapline/test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  return folder;
}
