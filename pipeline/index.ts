/** The public contract: all that a processor, a source or a sink, ours or a user's, may use. */
export { z } from 'zod';
export { cacheDirectory } from './cache-directory.ts';
export { compiledEntry } from './compiled-entry.ts';
export type { ErrorCode } from './errors/catalogue.ts';
export {
  OutsideAwayError,
  PipelineError,
  PoisonRecordError,
  RetriableError,
  UserError,
  messageOf,
} from './errors/pipeline-error.ts';
export { checkExpression, compileExpression, type Expression, type ExpressionFault } from './expression/expression.ts';
export { jsonataOption } from './expression/jsonata-option.ts';
export { compileExpressions, type ReadValues } from './expression/record-values.ts';
export type { DetectedObject, FrameMeta, Bbox } from './frame/frame-meta.ts';
export { frameMetaSchema } from './frame/frame-meta.ts';
export { cloudEventHeaders, type CloudEvent } from './frame/cloud-event.ts';
export {
  createFrameSession,
  type CapturedFrame,
  type FrameSession,
  type FrameSessionOptions,
} from './frame/frame-session.ts';
export { createRecordSession, type ReadValue, type RecordSession } from './frame/record-session.ts';
export { frameOutput, readFrame, readFrameMeta, type Frame } from './frame/frame.ts';
export { readRawFrame, type RawFrame } from './frame/raw-frame.ts';
export { fitInside, resizedMeta, scaledBy, type Size } from './frame/resized-meta.ts';
export { overlapOf } from './frame/overlap.ts';
export { parseRawContentType, rawContentType, type RawPixels } from './frame/raw-pixels.ts';
export type { Clock } from './ports/clock.ts';
export type { Logger } from './ports/logger.ts';
export {
  defineProcessor,
  type ProcessResult,
  type Processor,
  type ProcessorContext,
  type ProcessorDefinition,
  type ProcessorSetup,
  type Punctuation,
  type StoreSpecs,
} from './ports/processor.ts';
export { jsonOutput, readJson } from './ports/json-value.ts';
export type { KeyValueStore, Serde, StoreSpec, Windowed, WindowStore } from './ports/store.ts';
export {
  headerText,
  type ConsumerRecord,
  type HeaderValue,
  type Headers,
  type OutputRecord,
  type ProducerRecord,
} from './ports/record.ts';
export {
  defineSink,
  type OpenReader,
  type Sink,
  type SinkDefinition,
  type SinkRecord,
  type SinkSetup,
  type StartPosition,
} from './ports/sink.ts';
export {
  defineSource,
  type SourceContext,
  type SourceDefinition,
  type SourceNature,
  type SourcePosition,
  type SourceRecord,
} from './ports/source.ts';
export { duration } from './topology/duration.ts';
