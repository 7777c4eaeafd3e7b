import { createRequire } from 'node:module';
import { crc32c } from '@node-rs/crc32';
import { FatalError } from '../errors/pipeline-error.ts';
import { filterAbortedRecords } from './aborted-records.ts';
import { quickRecordDecoder, type DecodeRecord } from './fetched-record.ts';
import { piecewise } from './piecewise-encoder.ts';
import {
  messagesByPartition,
  quickProduceRequest,
  type EncoderClass,
  type MakeProduceRequest,
} from './produce-request.ts';

const PATCHED_VERSION = '2.2.4';
const THROTTLE_CHECK_MS = 10;
/** Of the size in front of each response. */
const SIZE_BYTES = 4;

/** The fields of kafkajs' RequestQueue that its patched method uses. */
interface RequestQueue {
  throttleCheckTimeoutId: NodeJS.Timeout | null;
  readonly throttledUntil: number;
  readonly pending: readonly unknown[];
  checkPendingRequests(): void;
}

/**
 * Mends kafkajs before it is loaded:
 *  - an idle connection no longer wakes up every millisecond;
 *  - `read_committed` no longer lets records of aborted transactions through;
 *  - checksums are computed natively (13 times faster);
 *  - requests are put together without copying each record nine times;
 *  - record batches are written in one go, and records are sorted by partition without copying the list for each;
 *  - the headers of a fetched record are not copied for each of them;
 *  - a connection no longer holds the last response, and copies the next one, for the empty rest that follows it;
 *  - a connection that is opened again no longer begins with half a response of its former life.
 * @throws FatalError KAFKAJS_VERSION where the installed version is not the one these patches were made for.
 */
export function applyPatches(require: NodeJS.Require = createRequire(import.meta.url)): void {
  const { version } = require('kafkajs/package.json') as { version: string };
  if (version !== PATCHED_VERSION) {
    throw new FatalError(
      'KAFKAJS_VERSION',
      `kafkajs ${version} is installed, but its patches are made for ${PATCHED_VERSION}; run npm ci`,
    );
  }
  const encoder = 'kafkajs/src/protocol/encoder'; // first: whatever loads it keeps what it got
  replaceExport(require, encoder, piecewise(require(encoder) as Parameters<typeof piecewise>[0]));
  replaceExport(require, 'kafkajs/src/protocol/recordBatch/crc32C', (bytes: Buffer) => crc32c(bytes));
  const produce = 'kafkajs/src/protocol/requests/produce/v3/request'; // the later versions build on it
  replaceExport(
    require,
    produce,
    quickProduceRequest(require(produce) as MakeProduceRequest, require(encoder) as EncoderClass),
  );
  const record = 'kafkajs/src/protocol/recordBatch/record/v0/decoder';
  replaceExport(require, record, quickRecordDecoder(require(record) as DecodeRecord));
  replaceExport(require, 'kafkajs/src/producer/groupMessagesPerPartition', messagesByPartition);
  replaceExport(require, 'kafkajs/src/consumer/filterAbortedMessages', filterAbortedRecords);
  const requestQueue = require('kafkajs/src/network/requestQueue') as { prototype: object };
  Object.assign(requestQueue.prototype, { scheduleCheckPendingRequests });
  forgetRests(require('kafkajs/src/network/connection') as { prototype: ConnectionPrototype });
}

interface ConnectionPrototype {
  chunks: readonly Buffer[];
  bytesBuffered: number;
  bytesNeeded: number;
  isConnected(): boolean;
  connect(this: ConnectionPrototype): Promise<boolean>;
  processData(this: ConnectionPrototype, bytes: Buffer): void;
}

function forgetRests({ prototype }: { readonly prototype: ConnectionPrototype }): void {
  const connect = Reflect.get(prototype, 'connect');
  const processData = Reflect.get(prototype, 'processData');
  prototype.connect = function () {
    if (!this.isConnected()) Object.assign(this, { chunks: [], bytesBuffered: 0, bytesNeeded: SIZE_BYTES });
    return connect.call(this);
  };
  prototype.processData = function (bytes) {
    processData.call(this, bytes);
    if (this.bytesBuffered === 0) this.chunks = [];
  };
}

/** Modules that load `path` after this get `replacement` in place of what it exports. */
function replaceExport(require: NodeJS.Require, path: string, replacement: unknown): void {
  require(path);
  const loaded = require.cache[require.resolve(path)];
  if (loaded) loaded.exports = replacement;
}

/** As published, this re-arms a 1 ms timer for ever, with nothing pending. */
function scheduleCheckPendingRequests(this: RequestQueue): void {
  if (this.throttleCheckTimeoutId || this.pending.length === 0) return;
  const waitMs = Math.max(THROTTLE_CHECK_MS, this.throttledUntil - Date.now());
  this.throttleCheckTimeoutId = setTimeout(() => {
    this.throttleCheckTimeoutId = null;
    this.checkPendingRequests();
  }, waitMs);
}
