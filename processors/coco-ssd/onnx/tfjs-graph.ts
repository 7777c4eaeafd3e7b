import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A node of a TFJS graph model, as far as the detector's graph needs it. */
export interface TfjsNode {
  readonly name: string;
  readonly op: string;
  readonly input?: readonly string[];
  readonly attr: Readonly<
    Record<
      string,
      { readonly list?: { readonly i: readonly string[] }; readonly s?: readonly number[]; readonly f?: number }
    >
  >;
}

interface Weight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: 'float32' | 'int32';
}

interface ModelFile {
  readonly modelTopology: { readonly node: readonly TfjsNode[] };
  readonly weightsManifest: readonly { readonly paths: readonly string[]; readonly weights: readonly Weight[] }[];
}

/** A constant of the graph, row by row. */
export interface Constant {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** A TFJS graph model in memory; names without the `:0` of an output. */
export interface TfjsGraph {
  /** @throws Error where the graph has no such node. */
  node(name: string): TfjsNode;
  /** A float constant, or undefined where the name is no constant. */
  constant(name: string): Constant | undefined;
}

/** Reads model.json and the weights beside it; all weights of this model are 4 bytes wide and none is quantized. */
export async function readTfjsGraph(directory: string): Promise<TfjsGraph> {
  const model = JSON.parse(await readFile(join(directory, 'model.json'), 'utf8')) as ModelFile;
  const nodes = new Map(model.modelTopology.node.map((node) => [node.name, node]));
  const constants = new Map<string, Constant>();
  for (const { paths, weights } of model.weightsManifest) {
    const bytes = Buffer.concat(await Promise.all(paths.map((path) => readFile(join(directory, path)))));
    let offset = bytes.byteOffset;
    for (const { name, shape, dtype } of weights) {
      const length = shape.reduce((product, side) => product * side, 1);
      if (dtype === 'float32') constants.set(name, { shape, values: new Float32Array(bytes.buffer, offset, length) });
      offset += length * 4;
    }
  }
  return {
    node: (name) => nodes.get(name) ?? missing(name),
    constant: (name) => constants.get(name),
  };
}

function missing(name: string): never {
  throw new Error(`the model has no node "${name}"; this is a bug, please report it`);
}
