import type { AttributeValue, GraphBuilder } from '../../detection/onnx/graph-builder.ts';
import type { Constant, TfjsGraph, TfjsNode } from './tfjs-graph.ts';

/** Where the layers of the network begin: the picture, scaled to -1..1. */
const PICTURE_NODE = 'Preprocessor/sub';

/**
 * Makes the function that rewrites the layers up to a node, once each, from TFJS (channels last) to ONNX (channels
 * first), and gives the name of the ONNX value.
 * @throws Error for an operation the detector's graph does not have.
 */
export function createLayerRewriter(
  graph: TfjsGraph,
  builder: GraphBuilder,
  picture: string,
): (name: string) => string {
  const known = new Map([[PICTURE_NODE, picture]]);
  const layers: Layers = {
    operand: (name) => {
      const constant = graph.constant(name);
      return constant ? perChannel(builder, constant) : rewrite(name);
    },
    value: (name) => rewrite(name),
    weights: (name) => graph.constant(name) ?? refuse(`weights ${name}`),
  };
  const rewrite = (name: string): string => {
    const done = known.get(name);
    if (done !== undefined) return done;
    const value = rewriteNode(graph.node(name), builder, layers);
    known.set(name, value);
    return value;
  };
  return rewrite;
}

interface Layers {
  /** A constant that holds one number a channel, or what another layer gives. */
  readonly operand: (name: string) => string;
  /** What another layer gives. */
  readonly value: (name: string) => string;
  readonly weights: (name: string) => Constant;
}

function rewriteNode(node: TfjsNode, builder: GraphBuilder, layers: Layers): string {
  const [first = '', second = '', ...rest] = node.input ?? [];
  switch (node.op) {
    case 'Conv2D':
    case 'DepthwiseConv2dNative':
      return convolution(node, builder, { picture: layers.value(first), weights: layers.weights(second) });
    case 'BiasAdd':
    case 'Add':
    case 'AddN':
      return builder.node('Add', [first, second].map(layers.operand));
    case 'Mul':
      return builder.node('Mul', [first, second].map(layers.operand));
    case 'Relu6': {
      const limits = [0, 6].map((limit) => builder.floats([], Float32Array.of(limit)));
      return builder.node('Clip', [layers.value(first), ...limits]);
    }
    case 'FusedBatchNorm': {
      const parameters = [second, ...rest].map((name) => layers.weights(name).values);
      const inputs = parameters.map((values) => builder.floats([values.length], values));
      const epsilon = { float: node.attr['epsilon']?.f ?? 0 };
      return builder.node('BatchNormalization', [layers.value(first), ...inputs], { epsilon });
    }
    default:
      return refuse(`operation ${node.op} of ${node.name}`);
  }
}

function perChannel(builder: GraphBuilder, { values }: Constant): string {
  return builder.floats([1, values.length, 1, 1], values);
}

function convolution(
  node: TfjsNode,
  builder: GraphBuilder,
  { picture, weights }: { readonly picture: string; readonly weights: Constant },
): string {
  const isDepthwise = node.op !== 'Conv2D';
  const [, , channels = 1] = weights.shape;
  const kernel = transposed(weights, isDepthwise ? [2, 3, 0, 1] : [3, 2, 0, 1]);
  const strides = node.attr['strides']?.list?.i.slice(1, 3).map(Number) ?? [1, 1];
  const isSame = String.fromCharCode(...(node.attr['padding']?.s ?? [])) === 'SAME';
  const attributes: Record<string, AttributeValue> = {
    strides,
    kernel_shape: kernel.shape.slice(2),
    group: isDepthwise ? channels : 1,
    auto_pad: isSame ? 'SAME_UPPER' : 'VALID',
  };
  return builder.node('Conv', [picture, builder.floats(kernel.shape, kernel.values)], attributes);
}

/** A constant of four axes with its axes in another order. */
function transposed({ shape, values }: Constant, order: readonly number[]): Constant {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, side) => product * side, 1));
  const sides = order.map((axis) => shape[axis] ?? 1);
  const steps = order.map((axis) => strides[axis] ?? 1);
  const moved = new Float32Array(values.length);
  const lastSteps = sides.map((_, axis) => sides.slice(axis + 1).reduce((product, side) => product * side, 1));
  for (let index = 0; index < moved.length; index++) {
    let from = 0;
    let left = index;
    for (let axis = 0; axis < 4; axis++) {
      const step = lastSteps[axis] ?? 1;
      from += Math.floor(left / step) * (steps[axis] ?? 0);
      left %= step;
    }
    moved[index] = values[from] ?? 0;
  }
  return { shape: sides, values: moved };
}

function refuse(what: string): never {
  throw new Error(`cannot rewrite ${what} to ONNX; this is a bug, please report it`);
}
