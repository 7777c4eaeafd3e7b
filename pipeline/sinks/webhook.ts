import { z } from 'zod';
import { defineSink } from '../ports/sink.ts';
import { duration } from '../topology/duration.ts';
import { createWebhook } from './webhook/create-webhook.ts';

const headerName = z.string().regex(/^[A-Za-z0-9-]{1,100}$/, { error: 'must be letters, digits and "-"' });

const options = z.strictObject({
  url: z.url({ protocol: /^https?$/, error: 'must be an http or https address' }).describe('Address to post to.'),
  headers: z
    .record(headerName, z.string())
    .default({})
    .describe('Headers of every request, such as authorization: "Bearer ${secret:NAME}".'),
  timeout: duration('10ms', '10m').prefault('10s').describe('Longest wait for a whole answer.'),
  secret: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Signs each body: its HMAC-SHA256 goes into signatureHeader as `sha256=<hex>`. Write it as ${secret:NAME}. Default: no signature.',
    ),
  signatureHeader: headerName.default('x-signature-256').describe('Header that bears the signature.'),
});

/** Options of the sink. */
export type WebhookOptions = z.output<typeof options>;

/** Posts records to an address, each at least once and in order; the receiver knows repeats by their Idempotency-Key. */
export default defineSink({
  name: 'webhook',
  summary:
    'Posts each record to an address: its value, or what select makes of it, with its `ce_*` headers as CloudEvents over HTTP and its ce_id as Idempotency-Key. After no answer, 408, 425, 429 and 5xx it tries again, not before Retry-After, as onError of the tap says; what is refused otherwise is set aside.',
  options,
  mode: 'durable',
  create: createWebhook,
});
