import type { ServerResponse } from 'node:http';
import type { Picture } from './picture.ts';

const BOUNDARY = 'tapline-frame';
/** Longer ids are left out: browsers read headers of a part up to some size only. */
const MOST_ID_CHARACTERS = 300;

export const MULTIPART_TYPE = `multipart/x-mixed-replace; boundary=${BOUNDARY}`;

/** A picture, and the query of the stream that begins with the one after it. */
export interface PartContent {
  readonly picture: Buffer;
  readonly contentType: string;
  readonly next: string;
  /** Id of its frame, where it is one. */
  readonly frameId: string | null;
}

/**
 * A copy of `picture` as one part. What opens the next part follows at once, up to the end of its headers: Chromium
 * paints a part only when it has read those of the next, so that sent later they would show every frame one frame late.
 * The length of the next picture is not known yet, hence no Content-Length; `Tapline-Next` is the place after the picture
 * before it, where whoever has seen that one can go on; `Tapline-Frame` is the id of its frame, percent-encoded.
 */
export function partOf({ picture, contentType, next, frameId }: PartContent): {
  readonly part: Buffer;
  readonly bytes: Buffer;
} {
  const place = `Tapline-Next: ${next}\r\n${frameHeader(frameId)}`;
  const part = Buffer.concat([picture, Buffer.from(`\r\n${opening(contentType, place)}`)]);
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

/** Ids are of records, so of anybody: nothing in them may end the header. */
function frameHeader(frameId: string | null): string {
  if (frameId === null || frameId.length > MOST_ID_CHARACTERS) return '';
  return `Tapline-Frame: ${encodeURIComponent(Buffer.from(frameId).toString())}\r\n`;
}

function opening(contentType: string, place = ''): string {
  return `--${BOUNDARY}\r\nContent-Type: ${contentType}\r\n${place}\r\n`;
}
