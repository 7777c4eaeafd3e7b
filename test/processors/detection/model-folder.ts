import type { TestContext } from 'vitest';
import { messageOf } from '../../../pipeline/index.ts';
import { ssdliteMobilenetV2 } from '../../../processors/coco-ssd/ssdlite-mobilenet-v2.ts';
import { pullModel, type PulledModel } from '../../../processors/detection/model-store/index.ts';
import type { Model } from '../../../processors/detection/model-store/model-source.ts';

const pulled = new Map<Model, Promise<PulledModel | { readonly why: string }>>();

/** The folder of the real weights, fetched into the user's cache once; skips the test where no source answers. */
export async function modelFolder(
  { skip }: Pick<TestContext, 'skip'>,
  model: Model = ssdliteMobilenetV2,
): Promise<string> {
  const pulling = pulled.get(model) ?? pullModel(model).catch((error: unknown) => ({ why: messageOf(error) }));
  pulled.set(model, pulling);
  const result = await pulling;
  return 'directory' in result ? result.directory : skip(result.why);
}
