import protobuf from 'protobufjs/light.js';

const field = (id: number, type: string): protobuf.IField => ({ id, type });
const list = (id: number, type: string): protobuf.IField => ({ id, type, rule: 'repeated' });

/** The part of ONNX's protobuf definitions (github.com/onnx/onnx, onnx.proto) that the detector's graph needs. */
const definitions = protobuf.Root.fromJSON({
  nested: {
    Attribute: {
      fields: {
        name: field(1, 'string'),
        f: field(2, 'float'),
        i: field(3, 'int64'),
        s: field(4, 'bytes'),
        ints: list(8, 'int64'),
        type: field(20, 'int32'),
      },
    },
    Node: {
      fields: {
        input: list(1, 'string'),
        output: list(2, 'string'),
        name: field(3, 'string'),
        opType: field(4, 'string'),
        attribute: list(5, 'Attribute'),
      },
    },
    Tensor: {
      fields: {
        dims: list(1, 'int64'),
        dataType: field(2, 'int32'),
        name: field(8, 'string'),
        rawData: field(9, 'bytes'),
      },
    },
    Dimension: { fields: { dimValue: field(1, 'int64') } },
    Shape: { fields: { dim: list(1, 'Dimension') } },
    TensorType: { fields: { elemType: field(1, 'int32'), shape: field(2, 'Shape') } },
    Type: { fields: { tensorType: field(1, 'TensorType') } },
    ValueInfo: { fields: { name: field(1, 'string'), type: field(2, 'Type') } },
    Graph: {
      fields: {
        node: list(1, 'Node'),
        name: field(2, 'string'),
        initializer: list(5, 'Tensor'),
        input: list(11, 'ValueInfo'),
        output: list(12, 'ValueInfo'),
      },
    },
    OperatorSet: { fields: { domain: field(1, 'string'), version: field(2, 'int64') } },
    Model: {
      fields: {
        irVersion: field(1, 'int64'),
        producerName: field(2, 'string'),
        graph: field(7, 'Graph'),
        opsetImport: list(8, 'OperatorSet'),
      },
    },
  },
});

export interface OnnxAttribute {
  readonly name: string;
  readonly type: number;
  readonly f?: number;
  readonly i?: number;
  readonly s?: Uint8Array;
  readonly ints?: readonly number[];
}

export interface OnnxNode {
  readonly name: string;
  readonly opType: string;
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly attribute: readonly OnnxAttribute[];
}

export interface OnnxTensor {
  readonly name: string;
  readonly dims: readonly number[];
  readonly dataType: number;
  readonly rawData: Uint8Array;
}

/** A float input or output of a graph; an axis that is null takes any length. */
export interface OnnxValue {
  readonly name: string;
  readonly dims: readonly (number | null)[];
}

export interface OnnxGraph {
  readonly name: string;
  readonly node: readonly OnnxNode[];
  readonly initializer: readonly OnnxTensor[];
  readonly input: readonly OnnxValue[];
  readonly output: readonly OnnxValue[];
}

/** ONNX's numbers for the types of tensors and attributes. */
export const FLOAT_TENSOR = 1;
export const INT64_TENSOR = 7;
export const ATTRIBUTE_TYPES = { f: 1, i: 2, s: 3, ints: 7 } as const;

const OPERATOR_SET = 13;
const IR_VERSION = 8;

/** The bytes of an `.onnx` file. */
export function encodeOnnxModel(graph: OnnxGraph): Uint8Array {
  const model = definitions.lookupType('Model');
  const valueInfo = ({ name, dims }: OnnxValue): object => ({
    name,
    type: {
      tensorType: {
        elemType: FLOAT_TENSOR,
        shape: { dim: dims.map((dimValue) => (dimValue === null ? {} : { dimValue })) },
      },
    },
  });
  const message = {
    irVersion: IR_VERSION,
    producerName: 'tapline',
    graph: { ...graph, input: graph.input.map(valueInfo), output: graph.output.map(valueInfo) },
    opsetImport: [{ domain: '', version: OPERATOR_SET }],
  };
  return model.encode(message).finish();
}
