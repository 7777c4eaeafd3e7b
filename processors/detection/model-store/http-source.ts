import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Fetching, ModelFile, ModelSource } from './model-source.ts';

/** How long a server may take, milliseconds. */
export interface Patience {
  /** For the head of an answer. */
  readonly answerMs: number;
  /** For the next bytes of a file. */
  readonly stallMs: number;
}

/** The model from a web server: the files beside each other under an address that ends in a slash. */
export function httpSource(address: URL, patience: Patience = { answerMs: 3000, stallMs: 30_000 }): ModelSource {
  return {
    name: address.host,
    fetch: async function* (files, fetching) {
      for (const file of files) {
        await download(new URL(file.name, address), file, { ...fetching, patience });
        yield file;
      }
    },
  };
}

async function download(
  url: URL,
  { name, bytes }: ModelFile,
  { folder, onBytes, signal, patience }: Fetching & { readonly patience: Patience },
): Promise<void> {
  const deadline = createDeadline(url, signal);
  try {
    deadline.within(patience.answerMs);
    const response = await fetch(url, { signal: deadline.signal });
    if (!response.ok || response.body === null) throw new Error(`${url.href} answers ${response.status}`);
    const chunks = response.body as AsyncIterable<Uint8Array>;
    await pipeline(countedChunks(), createWriteStream(join(folder, name)), { signal: deadline.signal });

    async function* countedChunks(): AsyncGenerator<Uint8Array> {
      let received = 0;
      deadline.within(patience.stallMs);
      for await (const chunk of chunks) {
        deadline.within(patience.stallMs);
        received += chunk.length;
        if (received > bytes) throw new Error(`${url.href} is larger than the ${bytes} bytes it should have`);
        onBytes(chunk.length);
        yield chunk;
      }
    }
  } catch (error) {
    throw deadline.signal.aborted ? deadline.signal.reason : causeOf(error);
  } finally {
    deadline.clear();
  }
}

interface Deadline {
  readonly signal: AbortSignal;
  /** Aborts unless it is called again within `ms`. */
  within(ms: number): void;
  clear(): void;
}

function createDeadline(url: URL, stop: AbortSignal | undefined): Deadline {
  const late = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const clear = (): void => clearTimeout(timer);
  return {
    signal: stop ? AbortSignal.any([late.signal, stop]) : late.signal,
    within: (ms) => {
      clear();
      timer = setTimeout(() => late.abort(new Error(`${url.host} sent nothing for ${ms} ms`)), ms);
    },
    clear,
  };
}

/** `fetch failed` says nothing; its cause does. */
function causeOf(error: unknown): unknown {
  return error instanceof Error && error.cause instanceof Error ? error.cause : error;
}
