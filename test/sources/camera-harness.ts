import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { TLSSocket } from 'node:tls';
import sharp from 'sharp';
import { onTestFinished, vi } from 'vitest';
import type { SourceRecord } from '../../pipeline/ports/source.ts';
import browserCamera from '../../pipeline/sources/browser-camera.ts';
import { emptyDirectory } from '../integration/topology-run.ts';
import { until } from '../integration/until.ts';
import { runSource } from './source-harness.ts';

/** A small JPEG. */
export const picture = await sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } })
  .jpeg()
  .toBuffer();

export interface Watching {
  /** The test acknowledges the records. */
  readonly holding?: boolean;
  readonly onRecord?: (record: SourceRecord) => void | Promise<void>;
}

/** A camera on a free port, and the records it makes; they are acknowledged at once unless `holding`. */
export async function camera(options: object = {}, watching: Watching = {}) {
  vi.stubEnv('TAPLINE_HOME', await emptyDirectory());
  const printed: string[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => printed.push(String(text)) > 0);
  onTestFinished(() => void vi.unstubAllEnvs());
  onTestFinished(() => void vi.restoreAllMocks());
  return { ...(await cameraAtHome(options, watching)), printed };
}

/** One that finds what others have kept for it. */
export async function cameraAtHome(options: object = {}, { holding = false, onRecord }: Watching = {}) {
  const run = runSource(browserCamera, { port: 0, ...options });
  const records: SourceRecord[] = [];
  const ended = (async () => {
    for await (const record of run.records) {
      records.push(record);
      await onRecord?.(record);
      if (!holding) record.settled?.(true);
    }
  })();
  const stop = async (): Promise<void> => {
    run.stop();
    for (const { settled } of records) settled?.(false);
    await ended;
  };
  onTestFinished(stop);
  await until(() => run.announced.length > 0, { what: 'an address' });
  const address = new URL(run.announced[0]!);
  return { records, address, stop, ended, post: (query = '', more: Asking = {}) => post(address, query, more) };
}

export interface Asking {
  readonly method?: string;
  readonly body?: Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
  readonly json: Record<string, unknown>;
  /** Its fingerprint. */
  readonly certificate: string | undefined;
}

/** Asks as a browser on this machine does, whatever name the address has, and takes any certificate. */
export async function ask(
  address: URL,
  path: string,
  { method = 'GET', body, headers = {} }: Asking = {},
): Promise<Answer> {
  const request = address.protocol === 'https:' ? httpsRequest : httpRequest;
  const url = new URL(path, `${address.protocol}//127.0.0.1:${address.port}`);
  const asking = request(url, { method, headers, agent: false, rejectUnauthorized: false });
  asking.end(body);
  const [response] = (await once(asking, 'response')) as [IncomingMessage];
  const { socket } = response;
  const certificate = socket instanceof TLSSocket ? socket.getPeerCertificate().fingerprint256 : undefined;
  const chunks: Buffer[] = [];
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  const isJson = response.headers['content-type'] === 'application/json';
  const json = isJson ? (JSON.parse(text) as Record<string, unknown>) : {};
  return { status: response.statusCode, headers: response.headers, text, json, certificate };
}

const post = (address: URL, query: string, more: Asking): Promise<Answer> =>
  ask(address, `frames${query}`, { method: 'POST', body: picture, ...more });
