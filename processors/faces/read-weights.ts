import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MANIFEST, WEIGHTS } from './tiny-face-detector.ts';

interface ManifestEntry {
  readonly name: string;
  readonly shape: readonly number[];
  /** One byte a number: `byte * scale + min`. */
  readonly quantization: { readonly dtype: 'uint8'; readonly scale: number; readonly min: number };
}

/** Numbers of the network, row by row. */
export interface Weights {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** Gives weights by name. @throws Error where there are none of that name. */
export type WeightsByName = (name: string) => Weights;

/** Reads the weights of a folder: their bytes lie one after the other in the order of the manifest. */
export async function readWeights(directory: string): Promise<WeightsByName> {
  const [group] = JSON.parse(await readFile(join(directory, MANIFEST), 'utf8')) as [{ weights: ManifestEntry[] }];
  const bytes = await readFile(join(directory, WEIGHTS));
  const known = new Map<string, Weights>();
  let offset = 0;
  for (const { name, shape, quantization } of group.weights) {
    const length = shape.reduce((product, side) => product * side, 1);
    const { scale, min } = quantization;
    known.set(name, {
      shape,
      values: Float32Array.from(bytes.subarray(offset, offset + length), (q) => q * scale + min),
    });
    offset += length;
  }
  return (name) => {
    const weights = known.get(name);
    if (weights === undefined) throw new Error(`the model has no weights "${name}"; this is a bug, please report it`);
    return weights;
  };
}
