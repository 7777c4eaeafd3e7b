import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import { hasFfmpeg, hasMedia, media } from './media.ts';
import { metaOf, readAll, withoutRepeats } from './read-records.ts';
import { tapline, uniqueTopology, type UniqueTopology } from './topology-run.ts';
import { until } from './until.ts';

const bootstrap = inject('bootstrap');
const env = { KAFKA_BROKERS: bootstrap };

/** Arguments that feed a topology from files and end when all is done. */
function untilDone({ file }: UniqueTopology, type: string, path: string): string[] {
  const sets = [`sources.camera.type=${type}`, `sources.camera.with={path: ${JSON.stringify(path)}, pace: fast}`];
  return ['up', file, '--no-ui', '--until-done', ...sets.flatMap((set) => ['--set', set])];
}

async function filesBelow(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

describe.skipIf(!hasMedia)('pictures (skips where ../shared/media is absent)', () => {
  test('photographs come out annotated, every one, in order', async () => {
    const topology = await uniqueTopology();

    const up = await tapline({ args: untilDone(topology, 'images', join(media, 'photos')), env });

    expect(await up.ended, up.lines.join('\n')).toBe(0);
    const frames = await readAll(bootstrap, topology.topic('frames.annotated'));
    const photos = (await filesBelow(join(media, 'photos'))).filter((path) => path.endsWith('.jpg'));
    expect(
      frames
        .map(metaOf)
        .map(({ frame }) => frame.seq)
        .toSorted((a, b) => a - b),
    ).toHaveLength(photos.length);
    expect(frames.some((record) => metaOf(record).objects!.some(({ label }) => label === 'person'))).toBe(true);
  });

  test('hostile files end as upright pictures or as dead letters that say why, and no worker restarts', async () => {
    const topology = await uniqueTopology();

    const up = await tapline({ args: untilDone(topology, 'images', join(media, 'hostile')), env });

    expect(await up.ended, up.lines.join('\n')).toBe(0);
    const pictures = await readAll(bootstrap, topology.topic('frames.annotated'));
    const letters = await readAll(bootstrap, `${topology.name}.decode.dlq`);
    const all = await filesBelow(join(media, 'hostile'));
    expect(pictures.length + letters.length).toBe(all.length);
    // Of the truncated files these lack a trailer or metadata only: all their pixels are there.
    const whole = ['pillow_truncated_app14.jpg', 'pillow_truncated_end_chunk.png', 'pillow_truncated_exif_dpi.jpg'];
    const expected = all.filter((path) => path.includes('/odd_valid/') || whole.some((name) => path.endsWith(name)));
    expect(pictures.map((record) => basename(String(metaOf(record).frame['file']))).toSorted()).toEqual(
      expected.map((path) => basename(path)).toSorted(),
    );
    for (const { headers } of letters) expect(String(headers['tapline.dlq.error-code'])).toMatch(/^PICTURE_/);
    expect(up.lines.join('\n')).not.toMatch(/died/);
  });
});

describe.skipIf(!hasMedia || !hasFfmpeg)('videos (skips where ../shared/media or ffmpeg is absent)', () => {
  test('every frame of a film arrives, in order, though a stage is killed halfway', async () => {
    const topology = await uniqueTopology();
    const film = join(media, 'videos/derived/person_6s.mp4');

    const up = await tapline({ args: untilDone(topology, 'video', film), env, directory: topology.directory });
    await up.line(/metrics http/);
    let detector: number | undefined;
    const isHalfway = async (): Promise<boolean> => {
      const { recordsOut, pids } = (await up.status()).stages[2]!;
      detector = pids[0];
      return recordsOut > 5;
    };
    await until(isHalfway, { what: 'detections', timeoutMs: 90_000 });
    process.kill(detector!, 'SIGKILL');

    expect(await up.ended, up.lines.join('\n')).toBe(0);
    expect(up.lines.join('\n')).toMatch(/detect-0 died \(killed by SIGKILL\)/);
    const captured = await readAll(bootstrap, topology.topic('frames.captured'));
    const annotated = withoutRepeats(await readAll(bootstrap, topology.topic('frames.annotated')));
    expect(annotated.map((record) => metaOf(record).frame.seq)).toEqual(captured.map((_, seq) => seq));
  });
});
