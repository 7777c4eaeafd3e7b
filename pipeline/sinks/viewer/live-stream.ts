import type { ServerResponse } from 'node:http';
import type { Gallery } from './gallery.ts';
import { createPartWriter } from './multipart.ts';
import type { Picture } from './picture.ts';

/**
 * Sends pictures of one source as they come: `sourceId`, else that of the first one. What comes while the browser is
 * still busy waits in a mailbox with one slot, in which newer pictures replace older ones: a slow browser sees fewer
 * pictures, never old ones, and holds up nobody.
 */
export function streamLive(response: ServerResponse, gallery: Gallery, sourceId: string | null): void {
  const write = createPartWriter(response);
  let wanted = sourceId;
  let mailbox: Picture | null = null;
  const flush = (): void => {
    if (!mailbox || response.writableNeedDrain || response.writableEnded) return;
    const picture = mailbox;
    mailbox = null;
    write(picture);
  };
  const offer = (picture: Picture): void => {
    wanted ??= picture.sourceId;
    if (picture.sourceId !== wanted) return;
    mailbox = picture;
    flush();
  };
  const endWatching = gallery.watch(offer);
  response.on('drain', flush).once('close', endWatching);
  const latest = gallery.latest(sourceId);
  if (latest) offer(latest);
}
