import { redactNothing, type Redact } from '../secrets/redact.ts';

/** From here on what this process prints is without secrets, whoever prints it. */
export function hideInOutput(redact: Redact): void {
  if (redact === redactNothing) return;
  for (const stream of [process.stdout, process.stderr]) {
    const write = stream.write.bind(stream) as (chunk: unknown, ...more: readonly unknown[]) => boolean;
    stream.write = (chunk: unknown, ...more: readonly unknown[]): boolean =>
      write(typeof chunk === 'string' ? redact(chunk) : hiddenBytes(chunk, redact), ...more);
  }
}

/** Bytes that hold no secret stay what they are: they need be no text. */
function hiddenBytes(chunk: unknown, redact: Redact): unknown {
  if (!(chunk instanceof Uint8Array)) return chunk;
  const text = Buffer.from(chunk).toString('latin1');
  const hidden = redact(text);
  return hidden === text ? chunk : Buffer.from(hidden, 'latin1');
}
