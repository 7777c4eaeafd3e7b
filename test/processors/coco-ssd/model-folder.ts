import type { TestContext } from 'vitest';
import { messageOf } from '../../../pipeline/index.ts';
import { pullModel } from '../../../processors/coco-ssd/model-store/index.ts';

let pulled: Promise<{ readonly directory: string } | { readonly why: string }> | undefined;

/** The folder of the real weights, fetched into the user's cache once; skips the test where no source answers. */
export async function modelFolder({ skip }: Pick<TestContext, 'skip'>): Promise<string> {
  pulled ??= pullModel().catch((error: unknown) => ({ why: messageOf(error) }));
  const model = await pulled;
  if ('directory' in model) return model.directory;
  return skip(model.why);
}
