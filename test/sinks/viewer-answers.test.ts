import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { found, frames, sinkRecord } from './sink-setup.ts';
import { green, jsonAt, red, startViewer, textAt, watch } from './viewer-harness.ts';

describe('answers of the viewer', () => {
  it('gives the latest picture as a snapshot, and says 503 while there is none', async () => {
    const { sink, url } = await startViewer();

    const early = await textAt(url('/snapshot.jpg'));
    const frame = frames();
    await sink.write(frame(red));
    await sink.write(frame(green));
    const answer = await fetch(url('/snapshot.jpg?source=cam'));
    const other = await textAt(url('/snapshot.jpg?source=dog'));

    expect(early).toEqual([503, 'no frame yet from frames.annotated; try again in a moment\n']);
    expect(answer.headers.get('content-type')).toBe('image/jpeg');
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(green);
    expect(other).toEqual([503, 'no frame yet from source "dog"; there are cam\n']);
  });

  it('serves the type the bytes have, whatever the record claims', async () => {
    const { sink, url } = await startViewer();
    const png = await sharp(red).png().toBuffer();

    await sink.write(frames({ contentType: 'text/html' })(png));

    expect((await fetch(url('/snapshot.jpg'))).headers.get('content-type')).toBe('image/png');
  });

  it('tells of frames, clients and the age of the last frame', async () => {
    const { sink, url } = await startViewer();
    const empty = await jsonAt(url('/healthz'));
    await sink.write(frames()(red, { captureTimeUs: (Date.now() - 5000) * 1000 }));
    const client = await watch(url('/stream.mjpg'));
    await client.next();

    const health = await jsonAt(url('/healthz'));

    expect(empty).toEqual({ status: 'waiting', frames: 0, clients: 0, lastFrameAgeMs: null, problem: null });
    expect(health).toMatchObject({ status: 'ok', frames: 1, clients: 1 });
    expect(health['lastFrameAgeMs']).toBeGreaterThanOrEqual(5000);
    expect(health['lastFrameAgeMs']).toBeLessThan(10_000);
  });

  it('tells of objects, and sums up what was dropped and why, by source', async () => {
    const { sink, url } = await startViewer();
    const frame = frames();
    await sink.write(frame(red, { dropped: { count: 3, reasons: { STALE: 1, SUPERSEDED: 2 } } }));
    await sink.write(frame(red, { dropped: { count: 1, reasons: { STALE: 1 } }, objects: [found('stop sign', 0.9)] }));
    await sink.write(frames({ sourceId: 'attic' })(green));

    const { sources } = await jsonAt(url('/state.json'));

    expect(sources).toMatchObject([
      { id: 'attic', frames: 1, drops: { count: 0, reasons: {} }, objects: null },
      {
        id: 'cam',
        frames: 2,
        seq: 1,
        drops: { count: 4, reasons: { STALE: 2, SUPERSEDED: 2 } },
        objects: [{ label: 'stop sign', score: 0.9 }],
      },
    ]);
  });

  it('says what to tap instead where records are no pictures', async () => {
    const { sink, url } = await startViewer({}, { topic: 'frames.drawn' });

    await sink.write(
      sinkRecord({ value: Buffer.alloc(12), headers: { 'content-type': 'image/x-raw;format=rgb24;width=2;height=2' } }),
    );

    const problem =
      'frames.drawn holds image/x-raw;format=rgb24;width=2;height=2, which no browser shows; tap a topic with encoded pictures';
    expect(await jsonAt(url('/healthz'))).toMatchObject({ status: 'not pictures', problem });
    expect(await textAt(url('/snapshot.jpg'))).toEqual([503, `${problem}\n`]);
  });

  it('shows pictures without frame-meta under their key', async () => {
    const { sink, url } = await startViewer();

    await sink.write(sinkRecord({ key: Buffer.from('door'), value: red }));

    expect((await jsonAt(url('/state.json')))['sources']).toMatchObject([{ id: 'door', seq: null }]);
  });

  it.each([
    [
      '/stream.mjpg?from=yesterday',
      'from must be earliest, latest, an ISO time such as 2026-01-31T12:00:00Z or a time before now such as -10m, not "yesterday"',
    ],
    ['/stream.mjpg?partition=1', 'partition and offset go together; give both'],
    ['/stream.mjpg?partition=x&offset=1', 'partition must be a whole number from 0, not "x"'],
    ['/stream.mjpg?partition=0&offset=-1', 'offset must be a whole number from 0, not "-1"'],
    [
      '/stream.mjpg?partition=0&offset=9223372036854775808',
      "offset 9223372036854775808 is too large; Kafka's end at 9223372036854775807",
    ],
    ['/stream.mjpg?from=earliest&offset=1', 'give either from or partition and offset, not both'],
    [
      '/stream.mjpg?form=earliest',
      'unknown parameter "form"; /stream.mjpg takes source, from, partition, offset, view, t',
    ],
    ['/snapshot.jpg?source=a&source=b', 'parameter "source" is given twice; give it once'],
    ['/snapshot.jpg?source=', 'parameter "source" is empty; give it a value or leave it out'],
  ])('refuses %s with a sentence', async (path, sentence) => {
    const { url } = await startViewer();

    expect(await textAt(url(path))).toEqual([400, `${sentence}\n`]);
  });

  it('knows its paths and methods', async () => {
    const { url } = await startViewer();

    const posted = await fetch(url('/stream.mjpg'), { method: 'POST' });

    expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    expect(await textAt(url('/etc/passwd'))).toEqual([404, 'there is no /etc/passwd here; look at / for the page\n']);
    expect((await fetch(url('/stream.mjpg'), { method: 'HEAD' })).status).toBe(200);
  });
});
