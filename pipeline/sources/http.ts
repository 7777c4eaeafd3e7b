import { z } from 'zod';
import { createFrameSession, type FrameSession } from '../frame/frame-session.ts';
import { createRecordSession, type RecordSession } from '../frame/record-session.ts';
import { defineSource, type SourceContext, type SourceRecord } from '../ports/source.ts';
import { duration } from '../topology/duration.ts';
import { parseSizeBytes, size } from '../topology/size.ts';
import { createPacer } from './pacer.ts';
import { BadAnswerError } from './http/bad-answer.ts';
import { createPoll, type Answer } from './http/poll.ts';
import { readAs } from './http/read-as.ts';
import { sourceIdOption } from './source-id.ts';

/** Records topics take 1 MB, frames topics 16 MB. */
const RECORD_BYTES = parseSizeBytes('512KB');
const PICTURE_BYTES = parseSizeBytes('8MB');

const options = z.strictObject({
  url: z.url({ protocol: /^https?$/, error: 'must be an http or https address' }).describe('Address to ask.'),
  every: duration('100ms', '7d').prefault('10s').describe('Time from one question to the next.'),
  as: z
    .enum(['auto', 'json', 'text', 'picture'])
    .default('auto')
    .describe('What the answer must be; auto: as its content type says. Pictures become frames.'),
  headers: z.record(z.string(), z.string()).default({}).describe('Headers of the request, such as authorization.'),
  timeout: duration('10ms', '10m').prefault('10s').describe('Longest wait for a whole answer.'),
  maxBytes: size('1KB', '15MB')
    .optional()
    .describe('Larger answers become dead letters. Default: 8MB with as: picture, else 512KB.'),
  sourceId: sourceIdOption,
});

type HttpOptions = z.output<typeof options>;

/** Asks an address again and again. What cannot be used becomes a dead letter, and the next question is asked in time. */
export default defineSource({
  name: 'http',
  summary: 'Asks an address every so often: JSON, a text, or a still picture.',
  options,
  produces: 'records',
  nature: ({ as }) => ({ endless: true, live: true, ...(as === 'picture' && { produces: 'frames' }) }),
  records,
});

async function* records(settings: HttpOptions, context: SourceContext): AsyncGenerator<SourceRecord> {
  const { name, clock, signal } = context;
  const { sourceId = name, as, every } = settings;
  const { maxBytes = as === 'picture' ? PICTURE_BYTES : RECORD_BYTES } = settings;
  const ask = createPoll({ ...settings, maxBytes, clock, signal });
  const session = { sourceId, sourceName: name, clock };
  const sessions = { frames: createFrameSession({ ...session, kind: 'live' }), values: createRecordSession(session) };
  const pacer = createPacer('real', clock, signal);
  for (;;) {
    await pacer.next(every * 1000);
    if (signal.aborted) return;
    const record = await recordOrDeadLetter(
      async () => toRecord(await ask(), { ...settings, sourceId }, sessions),
      context,
    );
    if (record) yield record;
  }
}

interface Sessions {
  readonly frames: FrameSession;
  readonly values: RecordSession;
}

function toRecord(
  answer: Answer | null,
  { as, url, sourceId }: Pick<HttpOptions, 'as' | 'url'> & { readonly sourceId: string },
  { frames, values }: Sessions,
): SourceRecord | null {
  if (answer === null) return null;
  const { form, contentType } = readAs(as, answer, url);
  if (form === 'picture') return frames.frame(answer.bytes, { contentType });
  return values.record(answer.bytes, { contentType, key: sourceId });
}

async function recordOrDeadLetter(
  read: () => Promise<SourceRecord | null>,
  context: SourceContext,
): Promise<SourceRecord | null> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof BadAnswerError)) throw error;
    if (!context.signal.aborted) await context.deadLetter(error.raw, error);
    return null;
  }
}
