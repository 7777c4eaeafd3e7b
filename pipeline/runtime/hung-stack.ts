import type { ChildProcess } from 'node:child_process';
import { get } from 'node:http';
import { relative } from 'node:path';
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';

/** Lets the inspector of a worker listen on a port of its own, if it is ever asked to. */
export const INSPECTOR_ARGUMENT = '--inspect-port=127.0.0.1:0';

const INSPECTOR_LINES = /^(Debugger (listening on|attached|ending on)|For help, see: https:\/\/nodejs)/;
const TOP_FRAMES = 3;

interface Frame {
  readonly functionName: string;
  readonly location: { readonly scriptId: string; readonly lineNumber: number };
}

interface InspectorMessage {
  readonly method?: string;
  readonly params?: { readonly scriptId?: string; readonly url?: string; readonly callFrames?: readonly Frame[] };
}

/** What Node says of the inspector is not the worker's word. */
export function isInspectorLine(line: string): boolean {
  return INSPECTOR_LINES.test(line);
}

/**
 * Where a worker is that no longer turns its event loop: SIGUSR1 starts Node's inspector on a thread of its own, which can
 * interrupt an endless loop. Null when it does not answer in time. The worker goes on when the connection ends.
 */
export async function sampleStack(child: ChildProcess, timeoutMs: number): Promise<string | null> {
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const socket = await connect(await inspectorAddress(child, signal), signal);
    try {
      return await pausedAt(socket);
    } finally {
      socket.destroy();
    }
  } catch {
    return null; // it does not let itself be inspected; it is ended all the same
  }
}

function inspectorAddress(child: ChildProcess, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    let words = '';
    child.stderr?.on('data', (bytes: Buffer) => {
      words += bytes.toString();
      const address = /Debugger listening on ws(:\/\/\S+)/.exec(words)?.[1];
      if (address !== undefined) resolve(`http${address}`);
    });
    signal.addEventListener('abort', () => reject(new Error('no answer in time')));
    child.kill('SIGUSR1');
  });
}

function connect(address: string, signal: AbortSignal): Promise<Duplex> {
  const headers = {
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': Buffer.alloc(16).toString('base64'),
  };
  return new Promise((resolve, reject) => {
    const request = get(address, { headers, signal });
    request.on('upgrade', (_response, socket: Duplex, head) => {
      socket.unshift(head);
      signal.addEventListener('abort', () => socket.destroy(new Error('no answer in time')));
      resolve(socket);
    });
    request.on('response', () => reject(new Error('no inspector answers there')));
    request.on('error', reject);
  });
}

async function pausedAt(socket: Duplex): Promise<string> {
  const urls = new Map<string, string>();
  socket.write(textFrame(JSON.stringify({ id: 1, method: 'Debugger.enable' })));
  socket.write(textFrame(JSON.stringify({ id: 2, method: 'Debugger.pause' })));
  for await (const { method, params } of messagesOf(socket)) {
    if (method === 'Debugger.scriptParsed') urls.set(params?.scriptId ?? '', params?.url ?? '');
    if (method === 'Debugger.paused') return describe(params?.callFrames ?? [], urls);
  }
  throw new Error('the inspector hung up');
}

function describe(frames: readonly Frame[], urls: ReadonlyMap<string, string>): string {
  const places = frames.map(({ functionName, location: { scriptId, lineNumber } }) => {
    const url = urls.get(scriptId) ?? '';
    const line = lineNumber === 0 ? '' : `:${lineNumber + 1}`; // TypeScript of users is loaded as one line
    return { url, text: `${functionName || '(anonymous)'} (${readable(url)}${line})` };
  });
  const own = places.filter(({ url }) => !url.startsWith('node:'));
  return own
    .slice(0, TOP_FRAMES)
    .map(({ text }) => text)
    .join(' < ');
}

function readable(url: string): string {
  return url.startsWith('file:') ? relative(process.cwd(), fileURLToPath(url)) : url;
}

/** A short message as a client has to send it: masked, here with zeros. */
function textFrame(text: string): Buffer {
  const payload = Buffer.from(text);
  return Buffer.concat([Buffer.from([0x81, 0x80 | payload.length, 0, 0, 0, 0]), payload]);
}

async function* messagesOf(socket: Duplex): AsyncGenerator<InspectorMessage> {
  let bytes = Buffer.alloc(0);
  for await (const chunk of socket) {
    bytes = Buffer.concat([bytes, chunk as Buffer]);
    for (let end = frameEnd(bytes); end <= bytes.length; end = frameEnd(bytes)) {
      yield JSON.parse(bytes.toString('utf8', payloadStart(bytes), end)) as InspectorMessage;
      bytes = bytes.subarray(end);
    }
  }
}

/** Where the payload of a frame of a server begins: its length takes 1, 3 or 9 bytes. */
function payloadStart(frame: Buffer): number {
  const length = frame[1] ?? 0;
  if (length < 126) return 2;
  return length === 126 ? 4 : 10;
}

function frameEnd(frame: Buffer): number {
  const start = payloadStart(frame);
  if (frame.length < Math.max(2, start)) return Infinity;
  if (start === 2) return start + (frame[1] ?? 0);
  return start + (start === 4 ? frame.readUInt16BE(2) : Number(frame.readBigUInt64BE(2)));
}
