import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ModelFile } from '../../../../processors/detection/model-store/model-source.ts';

/** Three small files that stand for a model. */
export const CONTENTS: ReadonlyMap<string, Buffer> = new Map([
  ['model.json', Buffer.from('{"weights":["a","b"]}')],
  ['a', Buffer.alloc(70_000, 'a')],
  ['b', Buffer.alloc(90_000, 'b')],
]);

export const FILES: readonly ModelFile[] = [...CONTENTS].map(([name, content]) => ({
  name,
  bytes: content.length,
  sha256: createHash('sha256').update(content).digest('hex'),
}));

export type Answer = (response: ServerResponse, content: Buffer, name: string) => void;

export interface FileServer extends AsyncDisposable {
  readonly address: URL;
  /** Names asked for, in order. */
  readonly asked: readonly string[];
}

/** A web server on a free port that has the files, and may answer in its own way. */
export async function serveFiles(answer: Answer = (response, content) => response.end(content)): Promise<FileServer> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const name = (request.url ?? '').split('/').at(-1) ?? '';
    const content = CONTENTS.get(name);
    if (request.method === 'GET') asked.push(name);
    if (content) answer(response, content, name);
    else response.writeHead(404).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { address: new URL(`http://127.0.0.1:${port}/model/`), asked, [Symbol.asyncDispose]: () => closed(server) };
}

/** A port of this machine where nobody listens. */
export async function deadAddress(): Promise<URL> {
  const server = await serveFiles();
  await server[Symbol.asyncDispose]();
  return server.address;
}

async function closed(server: Server): Promise<void> {
  const done = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await done;
}
