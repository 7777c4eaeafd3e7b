import { z } from 'zod';
import type { LogPlace } from '../ports/consumer.ts';
import type { SinkSetup } from '../ports/sink.ts';
import { parseDurationMs } from '../topology/duration.ts';
import { listen } from '../web/listen.ts';
import { reachableName } from '../web/loopback.ts';
import { tokenText } from '../web/network-options.ts';
import type { PageServer } from '../web/page-server.ts';

const BEFORE_NOW = /^-\d+(\.\d+)?(ms|s|m|h|d)$/;

/** Options of a sink that is a page of what its topic holds. */
export const pageOptions = {
  host: z
    .string()
    .min(1)
    .default('127.0.0.1')
    .describe('Address to listen on; 0.0.0.0 opens the page to the network, which needs a token.'),
  port: z
    .int()
    .min(0)
    .max(65_535)
    .optional()
    .describe('Port to listen on; 0: any free one. Default: 8080, or the next free one.'),
  token: tokenText
    .optional()
    .describe(
      'Who does not know it sees nothing: browsers open `/?token=<token>` once, programs send `authorization: Bearer <token>`; write it as ${secret:NAME}. Default: none is asked for.',
    ),
  title: z.string().min(1).max(100).optional().describe('Heading of the page. Default: the topic.'),
};

/** Where the topic is read from at every start, so that the page shows again what it has shown before. */
export const fromOption = z.string().refine((text) => placeOf(text, 0) !== null, {
  error: 'must be earliest, latest, a time before now such as -7d, or a time such as 2026-01-31T12:00:00Z',
});

/** The place a `from` names. */
export function beginning(from: string, nowMs: number): LogPlace {
  return placeOf(from, nowMs) ?? 'earliest';
}

/** Lets a page listen, and says where. @throws UserError SINK_PORT_BUSY, SINK_ADDRESS_UNUSABLE */
export async function openPage(
  { http }: Pick<PageServer, 'http'>,
  { host, port }: { readonly host: string; readonly port?: number | undefined },
  setup: SinkSetup,
): Promise<void> {
  const listening = await listen(http, { part: 'tap', name: setup.name, host, port });
  setup.announce(`http://${reachableName(host)}:${listening}/`);
}

function placeOf(text: string, nowMs: number): LogPlace | null {
  if (text === 'earliest' || text === 'latest') return text;
  if (BEFORE_NOW.test(text)) return { timestampMs: nowMs - parseDurationMs(text.slice(1)) };
  const timestampMs = /^\d{4}-\d\d/.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(timestampMs) ? null : { timestampMs };
}
