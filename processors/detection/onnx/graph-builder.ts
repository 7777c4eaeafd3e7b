import {
  ATTRIBUTE_TYPES,
  FLOAT_TENSOR,
  INT64_TENSOR,
  type OnnxAttribute,
  type OnnxNode,
  type OnnxTensor,
} from './onnx-messages.ts';

/** Value of an attribute: whole numbers become ints, texts bytes; a fraction must say so. */
export type AttributeValue = number | readonly number[] | string | { readonly float: number };

/** Collects the nodes and constants of a graph under unique names. */
export interface GraphBuilder {
  readonly nodes: readonly OnnxNode[];
  readonly tensors: readonly OnnxTensor[];
  /** Adds a node and gives the name of its output. */
  node(opType: string, input: readonly string[], attributes?: Readonly<Record<string, AttributeValue>>): string;
  /** Adds a node whose output is to have a given name. */
  output(name: string, opType: string, input: readonly string[]): void;
  floats(dims: readonly number[], values: Float32Array): string;
  ints(values: readonly number[]): string;
}

export function createGraphBuilder(): GraphBuilder {
  const nodes: OnnxNode[] = [];
  const tensors: OnnxTensor[] = [];
  const add = (output: string, node: Omit<OnnxNode, 'name' | 'output'>): string => {
    nodes.push({ name: `${node.opType}_${nodes.length}`, output: [output], ...node });
    return output;
  };
  const tensor = (dims: readonly number[], dataType: number, values: Float32Array | BigInt64Array): string => {
    const name = `constant_${tensors.length}`;
    const rawData = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    tensors.push({ name, dims, dataType, rawData });
    return name;
  };
  return {
    nodes,
    tensors,
    node: (opType, input, attributes = {}) => {
      const attribute = Object.entries(attributes).map(([name, value]) => attributeOf(name, value));
      return add(`value_${nodes.length}`, { opType, input, attribute });
    },
    output: (name, opType, input) => void add(name, { opType, input, attribute: [] }),
    floats: (dims, values) => tensor(dims, FLOAT_TENSOR, values),
    ints: (values) => tensor([values.length], INT64_TENSOR, BigInt64Array.from(values, BigInt)),
  };
}

function attributeOf(name: string, value: AttributeValue): OnnxAttribute {
  if (typeof value === 'number') return { name, type: ATTRIBUTE_TYPES.i, i: value };
  if (typeof value === 'string') return { name, type: ATTRIBUTE_TYPES.s, s: Buffer.from(value) };
  if ('float' in value) return { name, type: ATTRIBUTE_TYPES.f, f: value.float };
  return { name, type: ATTRIBUTE_TYPES.ints, ints: value };
}
