import { connect, type Socket } from 'node:net';
import type { ISocketFactory } from 'kafkajs';
import { ResponseAssembler } from './response-assembler.ts';

const KEEP_ALIVE_MS = 60_000;
const READ_BYTES = 262_144;

/**
 * Opens plain connections that read into one buffer for ever and hand kafkajs whole responses. By itself, a socket makes
 * a new buffer for every 64 KB, and kafkajs joins them: twice the memory traffic, and garbage that outlives its batch.
 */
export const plainSocketFactory: ISocketFactory = ({ host, port, onConnect }) => {
  const assembler = new ResponseAssembler();
  const socket: Socket = connect(
    {
      host,
      port,
      onread: {
        buffer: Buffer.allocUnsafeSlow(READ_BYTES),
        callback: (count, buffer) => {
          try {
            for (const response of assembler.take(Buffer.from(buffer.buffer, buffer.byteOffset, count)))
              socket.emit('data', response);
          } catch (error) {
            socket.destroy(error instanceof Error ? error : undefined);
          }
          return true;
        },
      },
    },
    onConnect,
  );
  socket.setKeepAlive(true, KEEP_ALIVE_MS);
  return socket;
};
