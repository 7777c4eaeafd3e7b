import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Why there is no Python here; null where there is. */
export const noPython =
  spawnSync('python3', ['--version']).status === 0 ? null : 'python3 is not installed, so no child in Python can run';

/** The nth program in Python of docs/exec.md. */
export async function documented(nth: number): Promise<string> {
  const text = await readFile(join(import.meta.dirname, '../../../docs/exec.md'), 'utf8');
  return [...text.matchAll(/```python\n([\s\S]*?)```/g)][nth]?.[1] ?? '';
}
