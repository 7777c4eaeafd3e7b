import { mkdir, mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { OutsideAwayError, messageOf } from '../../errors/pipeline-error.ts';
import type { Sink, SinkSetup } from '../../ports/sink.ts';
import { findFfmpeg, type Ffmpeg } from '../../sources/ffmpeg/find-ffmpeg.ts';
import { diskError } from '../files/disk-error.ts';
import { safeName } from '../files/file-name.ts';
import { endedAlertOf, type EndedAlert } from './alert.ts';
import { framesBetween } from './frames-between.ts';
import { writeMjpeg, writeMp4, type FilmedPicture } from './write-film.ts';

export interface ClipSettings {
  readonly frames: string;
  readonly directory: string;
  /** Milliseconds, as all of these. */
  readonly before: number;
  readonly after: number;
  readonly longest: number;
}

/** What clips are made with. */
interface Cutting {
  readonly settings: ClipSettings;
  readonly setup: SinkSetup;
  readonly directory: string;
  /** Null where it is not installed: pictures are then put one behind the other. */
  readonly ffmpeg: Ffmpeg | null;
}

/** @throws UserError SINK_FILE_UNWRITABLE where the directory cannot be made. */
export async function createClips(settings: ClipSettings, setup: SinkSetup): Promise<Sink> {
  const directory = resolve(setup.baseDirectory, settings.directory);
  await mkdir(directory, { recursive: true }).catch((error: unknown) => {
    throw diskError(directory, error);
  });
  const ffmpeg = await findFfmpeg(setup.name).catch((error: unknown) => {
    setup.log.warn({ tap: setup.name }, `${messageOf(error)}; until then its clips are .mjpeg files`);
    return null;
  });
  const cutting = { settings, setup, directory, ffmpeg };
  return {
    write: async (record) => {
      const alert = endedAlertOf(record);
      if (alert) await cut(alert, cutting);
    },
  };
}

/** Under another name first: whoever looks into the directory sees whole clips only. A repeat is cut once. */
async function cut(alert: EndedAlert, cutting: Cutting): Promise<void> {
  const { setup, directory, ffmpeg } = cutting;
  const path = join(directory, `${safeName(alert.id)}.${ffmpeg ? 'mp4' : 'mjpeg'}`);
  if (await stat(path).catch(() => null)) return; // absent: to be cut
  const folder = await mkdtemp(join(directory, '.cutting-')).catch((error: unknown) => {
    throw diskError(directory, error);
  });
  try {
    const pictures = await keepPictures(alert, cutting, folder);
    setup.signal.throwIfAborted();
    const [first, last] = [pictures[0], pictures.at(-1)];
    const { name, log } = setup;
    if (!first || !last) {
      log.warn(
        { tap: name },
        `tap "${name}" finds no pictures of ${alert.sourceId} for alert ${alert.id}; are they deleted?`,
      );
      return;
    }
    const film = { folder, pictures, path: join(folder, basename(path)), signal: setup.signal };
    await (ffmpeg ? writeMp4(ffmpeg, film) : writeMjpeg(film));
    await rename(film.path, path);
    const seconds = ((last.timestampMs - first.timestampMs) / 1000).toFixed(1);
    log.info({ tap: name, file: path }, `tap "${name}" has cut ${path}: ${pictures.length} pictures, ${seconds} s`);
  } catch (error) {
    if (setup.signal.aborted) throw cutShort(alert);
    throw diskError(path, error);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The pictures of a clip as files, so that a long one takes no memory. */
async function keepPictures(
  { sourceId, since, until }: EndedAlert,
  { settings, setup }: Cutting,
  folder: string,
): Promise<readonly FilmedPicture[]> {
  const fromMs = since - settings.before;
  const toMs = Math.min(until + settings.after, fromMs + settings.longest);
  const pictures: FilmedPicture[] = [];
  const stretch = { topic: settings.frames, sourceId, fromMs, toMs };
  for await (const { bytes, contentType, timestampMs } of framesBetween(stretch, setup)) {
    const file = `${String(pictures.length).padStart(6, '0')}.${contentType.replace('image/', '').replace('jpeg', 'jpg')}`;
    await writeFile(join(folder, file), bytes);
    pictures.push({ file, timestampMs });
  }
  return pictures;
}

/** Tried again, so that the alert does not count as done. */
function cutShort({ id }: EndedAlert): OutsideAwayError {
  return new OutsideAwayError('SINK_CUT_SHORT', `the clip of alert ${id} is not cut yet, since the tap is stopped`);
}
