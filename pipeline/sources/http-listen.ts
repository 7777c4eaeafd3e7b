import { z } from 'zod';
import { jsonataOption } from '../expression/jsonata-option.ts';
import { defineSource, type SourceContext, type SourceRecord } from '../ports/source.ts';
import { duration } from '../topology/duration.ts';
import { size } from '../topology/size.ts';
import { listen } from '../web/listen.ts';
import { reachableName } from '../web/loopback.ts';
import { isGuarded, tokenText, UNGUARDED } from '../web/network-options.ts';
import { Intake } from './intake.ts';
import { RequestReader } from './http-listen/request-reader.ts';
import { IntakeServer } from './http-listen/intake-server.ts';

const options = z
  .strictObject({
    host: z
      .string()
      .min(1)
      .default('127.0.0.1')
      .describe('Address to listen on; 0.0.0.0 opens it to the network, which needs a token.'),
    port: z.int().min(0).max(65_535).default(8090).describe('Port to listen on; 0: any free one.'),
    path: z
      .string()
      .regex(/^\/[\w./~-]*$/, { error: 'must be a path such as /orders' })
      .default('/')
      .describe('Path that takes records.'),
    key: jsonataOption
      .optional()
      .describe('JSONata over the JSON value that gives the record key: a text or a number. Default: no key.'),
    token: tokenText
      .optional()
      .describe(
        'What requests must bear as `authorization: Bearer <token>`; write it as ${secret:NAME}. Default: none is asked for.',
      ),
    origins: z
      .array(z.string().regex(/^https?:\/\/[^/]+$/, { error: 'must be an origin such as https://shop.example' }))
      .default([])
      .describe('Sites whose pages may send records from a browser.'),
    maxBytes: size('1B', '8MB').prefault('512KB').describe('Largest body of a request.'),
    maxWaiting: z
      .int()
      .min(1)
      .max(100_000)
      .default(1000)
      .describe('Records that may wait for the broker; further requests are answered with 503 and Retry-After.'),
    timeout: duration('100ms', '10m')
      .prefault('30s')
      .describe('Longest wait for the broker until a request is answered with 503.'),
  })
  .refine(isGuarded, UNGUARDED);

/** Settings of the source. */
export type HttpListenOptions = z.output<typeof options>;

/**
 * Takes records by POST. A request is answered with 202 when all in-sync replicas have its records, so that who got the
 * answer has lost nothing; who got none, or 503, sends again under the same Idempotency-Key.
 */
export default defineSource({
  name: 'http-listen',
  summary:
    'Listens for POST requests with JSON (an object, or a list with a record for each element) or text, and answers when the records are safe. The header Idempotency-Key becomes their ce_id, by which `dedupe` (by: id) drops repeats.',
  options,
  produces: 'records',
  // it holds no more than maxWaiting, and what the stages have not read is kept by their topic
  nature: () => ({ endless: true, live: true }),
  records,
});

async function* records(settings: HttpListenOptions, context: SourceContext): AsyncGenerator<SourceRecord> {
  const { name, signal, clock, log } = context;
  const { host, port, path, maxWaiting } = settings;
  const intake = new Intake({ maxWaiting });
  const reader = new RequestReader(settings, { name, clock });
  const server = new IntakeServer({ settings, intake, reader, clock, log, name });
  const listening = await listen(server.http, { part: 'source', name, host, port });
  context.announce(`http://${reachableName(host)}:${listening}${path}`);
  try {
    yield* intake.records(signal);
  } finally {
    await server.close();
  }
}
