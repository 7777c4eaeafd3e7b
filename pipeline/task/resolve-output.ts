import { headerText, type ConsumerRecord, type Headers, type OutputRecord } from '../ports/record.ts';
import { isJsonType } from '../ports/json-type.ts';
import { FatalError, PoisonRecordError, messageOf } from '../errors/pipeline-error.ts';
import { spanIdOf } from './span-id.ts';
import { identityHeaders, type OutputIdentity } from './record-identity.ts';

/** An output with everything known but its partition. */
export interface ResolvedOutput {
  readonly topic: string;
  readonly key: Buffer | string | null;
  readonly value: Buffer | string | null;
  readonly headers: Headers;
  readonly timestampMs: number;
}

/** What outputs of a stage inherit besides the record itself. */
export interface OutputRules extends OutputIdentity {
  /** Topic for each output name. */
  readonly to: Readonly<Record<string, string>>;
  readonly worker: string;
}

/** When the record was taken up and when its outputs were ready, integer microseconds since 1970 UTC. */
export interface Passage {
  readonly inUs: number;
  readonly outUs: number;
}

/**
 * Completes what a processor returned for one input: inherited key, headers and timestamp, a deterministic `ce_id`, and
 * for frames the passage through this stage.
 * @throws FatalError OUTPUT_UNKNOWN where an output names a topic the stage does not have; PoisonRecordError
 * OUTPUT_INVALID for what is no record, FRAME_META_INVALID
 */
export function resolveOutputs(
  input: ConsumerRecord,
  { outputs, passage }: { readonly outputs: readonly OutputRecord[]; readonly passage: Passage },
  rules: OutputRules,
): ResolvedOutput[] {
  return outputs
    .map((output) => checked(output, rules))
    .filter((output) => output.to !== undefined || Object.keys(rules.to).length > 0)
    .map((output, index) => {
      const headers = headersOf(input, output, { passage, rules, identity: identityHeaders(input, rules, index) });
      return {
        topic: topicOf(output, rules),
        key: output.key === undefined ? input.key : output.key,
        value: output.value,
        headers: withSpan(headers),
        timestampMs: output.timestampMs ?? input.timestampMs,
      };
    });
}

/** The same trace, with a span of this stage: named after the record's id, so that a repeat is the same span. */
function withSpan(headers: Headers): Headers {
  const parent = headerText(headers, 'traceparent');
  if (parent === undefined) return headers;
  const [version, trace, , flags] = parent.split('-');
  if (version !== '00' || trace === undefined || flags === undefined) return headers;
  return { ...headers, traceparent: `00-${trace}-${spanIdOf(headerText(headers, 'ce_id') ?? '')}-${flags}` };
}

function topicOf(output: OutputRecord, { stage, to }: OutputRules): string {
  const name = output.to ?? 'default';
  const topic = to[name];
  if (topic !== undefined) return topic;
  const known = Object.keys(to).join(', ') || 'none';
  throw new FatalError(
    'OUTPUT_UNKNOWN',
    `stage "${stage}" returned a record for output "${name}", but its outputs are: ${known}; name it under "to:"`,
    { where: { stage } },
  );
}

/** Processors in plain JavaScript return all kinds of things. */
function checked(output: unknown, { stage }: OutputRules): OutputRecord {
  const fault = faultOf(output);
  if (fault === null) return output as OutputRecord;
  throw new PoisonRecordError(
    'OUTPUT_INVALID',
    `the processor of stage "${stage}" returned ${fault}; a record is { value: a Buffer, a string or null }, or null for none; with outputValue declared, its value may be any JSON`,
    { where: { stage } },
  );
}

function faultOf(output: unknown): string | null {
  if (typeof output !== 'object' || output === null) return `${String(output)} in place of a record`;
  const { value, key, headers } = output as { value?: unknown; key?: unknown; headers?: object };
  if (!isField(value)) return `a record whose value is ${value === undefined ? 'missing' : `of type ${typeof value}`}`;
  if (key !== undefined && !isField(key)) return `a record whose key is of type ${typeof key}`;
  return headers ? faultOfHeaders(headers as Readonly<Record<string, unknown>>) : null;
}

function faultOfHeaders(headers: Readonly<Record<string, unknown>>): string | null {
  for (const name in headers) {
    const header = headers[name];
    const isSound = Array.isArray(header) ? header.every(isHeader) : isHeader(header);
    if (!isSound) return `a record whose header "${name}" is of type ${typeof header}`;
  }
  return null;
}

function isHeader(value: unknown): boolean {
  return value === undefined || isField(value);
}

function isField(value: unknown): boolean {
  return value === null || typeof value === 'string' || value instanceof Uint8Array;
}

interface Completion {
  readonly passage: Passage;
  readonly rules: OutputRules;
  readonly identity: Headers;
}

/** Made in one go: copying headers is a good part of what a small record costs. */
function headersOf(input: ConsumerRecord, output: OutputRecord, { passage, rules, identity }: Completion): Headers {
  const headers: Record<string, Headers[string]> = { ...input.headers, ...output.headers, ...identity };
  if (typeof output.value === 'string' && output.headers?.['content-type'] === undefined) disown(headers);
  const frameMeta = headers['frame-meta'];
  if (frameMeta !== undefined) headers['frame-meta'] = withPassage(frameMeta.toString(), passage, rules);
  return headers;
}

/** What says what the bytes of the input were does not hold for a text that was made of it, unless both are JSON. */
function disown(headers: Record<string, Headers[string]>): void {
  if (headers['content-type'] === undefined || isJsonType(headers['content-type'].toString())) return;
  headers['content-type'] = undefined;
  headers['frame-meta'] = undefined;
}

function parsed(frameMeta: string): { readonly stages?: readonly unknown[] } {
  try {
    return JSON.parse(frameMeta) as { readonly stages?: readonly unknown[] };
  } catch (cause) {
    const sentence = `the frame-meta header is no JSON: ${messageOf(cause)}; correct the producer of the topic`;
    throw new PoisonRecordError('FRAME_META_INVALID', sentence, { cause });
  }
}

function withPassage(frameMeta: string, { inUs, outUs }: Passage, { stage, worker }: OutputRules): string {
  const meta = parsed(frameMeta);
  const stages = [...(meta.stages ?? []), { name: stage, worker, inUs, outUs }];
  return JSON.stringify({ ...meta, stages });
}
