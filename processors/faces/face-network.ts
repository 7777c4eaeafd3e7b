import { createGraphBuilder, type GraphBuilder } from '../detection/onnx/graph-builder.ts';
import { encodeOnnxModel } from '../detection/onnx/onnx-messages.ts';
import type { Weights, WeightsByName } from './read-weights.ts';

/** Names of the network's input (1x3xHxW) and output (1x25xH/32xW/32). */
export const TENSORS = { picture: 'picture', cells: 'cells' } as const;

/** Numbers a cell: five boxes of five numbers. */
const NUMBERS_A_CELL = 25;

const SEPARABLE_LAYERS = ['conv1', 'conv2', 'conv3', 'conv4', 'conv5'];

/**
 * The face detector's network as the bytes of an ONNX file, for pictures of any size in multiples of 32: one convolution,
 * five separable ones, each behind a halving, and a last one that gives the boxes of each cell of 32x32 pixels.
 * The layers are those of `runMobilenet` in face-api, github.com/vladmandic/face-api, src/tinyYolov2.
 */
export function buildFaceNetwork(weights: WeightsByName): Uint8Array {
  const builder = createGraphBuilder();
  const first = convolve(builder, TENSORS.picture, {
    kernel: reordered(weights('conv0/filters')),
    bias: weights('conv0/bias'),
  });
  let value = leaky(builder, first);
  for (const layer of SEPARABLE_LAYERS) {
    const filters = {
      depthwise: weights(`${layer}/depthwise_filter`),
      pointwise: weights(`${layer}/pointwise_filter`),
    };
    const halved = pool(builder, value, 2);
    value = leaky(builder, separable(builder, halved, { ...filters, bias: weights(`${layer}/bias`) }));
  }
  const last = { kernel: reordered(weights('conv8/filters')), bias: weights('conv8/bias') };
  builder.output(TENSORS.cells, 'Identity', [convolve(builder, pool(builder, value, 1), last)]);
  return encodeOnnxModel({
    name: 'tiny_face_detector',
    node: builder.nodes,
    initializer: builder.tensors,
    input: [{ name: TENSORS.picture, dims: [1, 3, null, null] }],
    output: [{ name: TENSORS.cells, dims: [1, NUMBERS_A_CELL, null, null] }],
  });
}

interface Convolution {
  readonly kernel: Weights;
  readonly bias?: Weights;
  readonly group?: number;
  readonly padding?: number;
}

function convolve(builder: GraphBuilder, value: string, { kernel, bias, group = 1, padding = 0 }: Convolution): string {
  const inputs = [value, builder.floats(kernel.shape, kernel.values)];
  if (bias) inputs.push(builder.floats(bias.shape, bias.values));
  const pads = [padding, padding, padding, padding];
  return builder.node('Conv', inputs, { kernel_shape: kernel.shape.slice(2), group, pads });
}

interface SeparableConvolution {
  readonly depthwise: Weights;
  readonly pointwise: Weights;
  readonly bias: Weights;
}

function separable(builder: GraphBuilder, value: string, layer: SeparableConvolution): string {
  const kernel = reordered(layer.depthwise, 'depthwise');
  const filtered = convolve(builder, value, { kernel, group: kernel.shape[0] ?? 1, padding: 1 });
  return convolve(builder, filtered, { kernel: reordered(layer.pointwise), bias: layer.bias });
}

function pool(builder: GraphBuilder, value: string, stride: number): string {
  return builder.node('MaxPool', [value], { kernel_shape: [2, 2], strides: [stride, stride], auto_pad: 'SAME_UPPER' });
}

function leaky(builder: GraphBuilder, value: string): string {
  return builder.node('LeakyRelu', [value], { alpha: { float: 0.1 } });
}

/** A kernel as ONNX wants it, (out, in, height, width), from TensorFlow's (height, width, in, out or multiplier). */
function reordered({ shape, values }: Weights, kind: 'full' | 'depthwise' = 'full'): Weights {
  const [height = 1, width = 1, inputs = 1, outputs = 1] = shape;
  const area = height * width;
  const moved = new Float32Array(values.length);
  for (let index = 0; index < values.length; index++) {
    const output = index % outputs;
    const input = Math.floor(index / outputs) % inputs;
    const place = Math.floor(index / (outputs * inputs));
    moved[(kind === 'full' ? output * inputs + input : input) * area + place] = values[index] ?? 0;
  }
  return { shape: kind === 'full' ? [outputs, inputs, height, width] : [inputs, 1, height, width], values: moved };
}
