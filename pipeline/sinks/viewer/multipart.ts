import type { ServerResponse } from 'node:http';
import type { Picture } from './picture.ts';

const BOUNDARY = 'tapline-frame';

export const MULTIPART_TYPE = `multipart/x-mixed-replace; boundary=${BOUNDARY}`;

/** A picture, and the query of the stream that begins with the one after it. */
export interface PartContent {
  readonly picture: Buffer;
  readonly contentType: string;
  readonly next: string;
}

/**
 * A copy of `picture` as one part. What opens the next part follows at once, up to the end of its headers: Chromium
 * paints a part only when it has read those of the next, so that sent later they would show every frame one frame late.
 * The length of the next picture is not known yet, hence no Content-Length; `Tapline-Next` is the place after the picture
 * before it, where whoever has seen that one can go on.
 */
export function partOf(content: PartContent): { readonly part: Buffer; readonly bytes: Buffer } {
  const { picture, contentType, next } = content;
  const part = Buffer.concat([picture, Buffer.from(`\r\n${opening(contentType, `Tapline-Next: ${next}\r\n`)}`)]);
  return { part, bytes: part.subarray(0, picture.length) };
}

/** What writes pictures of one type as the parts of one response; false as long as the other side is busy. */
export function createPartWriter(response: ServerResponse): (picture: Picture) => boolean {
  let isOpen = false;
  return ({ part, contentType }) => {
    if (!isOpen) response.write(opening(contentType));
    isOpen = true;
    return response.write(part);
  };
}

function opening(contentType: string, place = ''): string {
  return `--${BOUNDARY}\r\nContent-Type: ${contentType}\r\n${place}\r\n`;
}
