import { INPUT_SIDE } from '../ssd/resize-bilinear.ts';
import { createGraphBuilder, type GraphBuilder } from '../../detection/onnx/graph-builder.ts';
import { encodeOnnxModel } from '../../detection/onnx/onnx-messages.ts';
import { createLayerRewriter } from './rewrite-layers.ts';
import type { Constant, TfjsGraph } from './tfjs-graph.ts';

/** Counts up whenever the rewriting gives another graph: caches of older ones are then passed over. */
export const REWRITE_REVISION = 1;

/** Names of the graph's input (1x3x300x300, -1..1) and outputs (1xNx4, 1xNx91, Nx4). */
export const TENSORS = { picture: 'picture', encodings: 'encodings', scores: 'scores', anchors: 'anchors' } as const;

const FEATURE_MAPS = [0, 1, 2, 3, 4, 5];

/**
 * The detector's TFJS graph as the bytes of an ONNX file: the network alone. Scaling the picture, decoding the boxes
 * and thinning them out stay outside; the anchors that decoding needs are an output, so that the file is complete.
 */
export function rewriteGraph(graph: TfjsGraph): Uint8Array {
  const builder = createGraphBuilder();
  const rewrite = createLayerRewriter(graph, builder, TENSORS.picture);
  const predictions = (kind: string, width: number): string[] =>
    FEATURE_MAPS.map((map) => boxesInRows(builder, rewrite(`BoxPredictor_${map}/${kind}/BiasAdd`), width));
  const encodings = builder.node('Concat', predictions('BoxEncodingPredictor', 4), { axis: 1 });
  const logits = builder.node('Concat', predictions('ClassPredictor', 91), { axis: 1 });
  const anchors = anchorsOf(graph);
  const boxes = anchors.shape[1] ?? 0;
  builder.output(TENSORS.encodings, 'Identity', [encodings]);
  builder.output(TENSORS.scores, 'Sigmoid', [logits]);
  builder.output(TENSORS.anchors, 'Identity', [builder.floats([boxes, 4], anchors.values)]);
  return encodeOnnxModel({
    name: 'ssdlite_mobilenet_v2',
    node: builder.nodes,
    initializer: builder.tensors,
    input: [{ name: TENSORS.picture, dims: [1, 3, INPUT_SIDE, INPUT_SIDE] }],
    output: [
      { name: TENSORS.encodings, dims: [1, boxes, 4] },
      { name: TENSORS.scores, dims: [1, boxes, 91] },
      { name: TENSORS.anchors, dims: [boxes, 4] },
    ],
  });
}

/** Channels last again, then one row a box. */
function boxesInRows(builder: GraphBuilder, value: string, width: number): string {
  const channelsLast = builder.node('Transpose', [value], { perm: [0, 2, 3, 1] });
  return builder.node('Reshape', [channelsLast, builder.ints([1, -1, width])]);
}

function anchorsOf(graph: TfjsGraph): Constant {
  const anchors = graph.constant('Postprocessor/ExpandDims');
  if (anchors === undefined) throw new Error('the model holds no anchors; this is a bug, please report it');
  return anchors;
}
