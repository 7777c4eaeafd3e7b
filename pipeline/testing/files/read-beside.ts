import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { UserError, messageOf } from '../../errors/pipeline-error.ts';

/** Bytes of a file that a test names, beside the test. @throws UserError TEST_INVALID where it cannot be read */
export async function readBeside(test: string, named: string): Promise<Buffer> {
  const bytes = await readIfThere(test, named);
  if (bytes) return bytes;
  throw new UserError('TEST_INVALID', `there is no file ${join(dirname(test), named)}; name one beside the test`);
}

/** The same, or null where there is no such file. `wanted`: what the file shall be. @throws UserError TEST_INVALID */
export async function readIfThere(test: string, named: string, wanted = 'one beside the test'): Promise<Buffer | null> {
  const file = join(dirname(test), named);
  try {
    return await readFile(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new UserError('TEST_INVALID', `${file} cannot be read: ${messageOf(error)}; name ${wanted}`, {
      cause: error,
    });
  }
}
