import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { UserError, messageOf } from '../../errors/pipeline-error.ts';

/** Bytes of a file that a test names, beside the test. @throws UserError TEST_INVALID where it cannot be read */
export async function readBeside(test: string, named: string): Promise<Buffer> {
  const file = join(dirname(test), named);
  try {
    return await readFile(file);
  } catch (error) {
    const isAbsent = (error as NodeJS.ErrnoException).code === 'ENOENT';
    const reason = isAbsent ? `there is no file ${file}` : `${file} cannot be read: ${messageOf(error)}`;
    throw new UserError('TEST_INVALID', `${reason}; name one beside the test`, { cause: error });
  }
}
