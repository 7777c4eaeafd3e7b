import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { emptyDirectory } from '../integration/topology-run.ts';

/** A folder of programs, each a line of shell that uses nothing from the PATH. */
export async function programs(lines: Readonly<Record<string, string>>): Promise<string> {
  const directory = await emptyDirectory();
  for (const [name, line] of Object.entries(lines)) {
    await writeFile(join(directory, name), `#!/bin/sh\n${line}\n`);
    await chmod(join(directory, name), 0o755);
  }
  return directory;
}

/** What `java -version` prints. */
export function javaOf(version: string): string {
  return `echo 'openjdk version "${version}" 2025-04-15' >&2`;
}
