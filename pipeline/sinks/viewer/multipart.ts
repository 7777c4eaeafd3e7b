const BOUNDARY = 'tapline-frame';
const DELIMITER = `--${BOUNDARY}\r\n`;

export const MULTIPART_TYPE = `multipart/x-mixed-replace; boundary=${BOUNDARY}`;

/** What a stream begins with: each part brings the delimiter after it. */
export const FIRST_DELIMITER = DELIMITER;

/**
 * A copy of `picture` as one part. The delimiter follows at once, since browsers paint a part only when they see it:
 * sent with the next part, it would show every frame one frame late.
 */
export function partOf(picture: Buffer, contentType: string): { readonly part: Buffer; readonly bytes: Buffer } {
  const head = Buffer.from(`Content-Type: ${contentType}\r\nContent-Length: ${picture.length}\r\n\r\n`);
  const part = Buffer.concat([head, picture, Buffer.from(`\r\n${DELIMITER}`)]);
  return { part, bytes: part.subarray(head.length, head.length + picture.length) };
}
