import { z } from 'zod';
import { createFrameSession } from '../frame/frame-session.ts';
import { defineSource, type SourceContext, type SourceRecord } from '../ports/source.ts';
import { duration } from '../topology/duration.ts';
import type { CaptureOrder } from './ffmpeg/capture.ts';
import { findFfmpeg } from './ffmpeg/find-ffmpeg.ts';
import { livePictures } from './ffmpeg/live-pictures.ts';
import { jpegQualityOption, sourceIdOption } from './source-id.ts';

const MAX_BACKOFF_MS = 30_000;

/** What a camera is called, by platform. */
const CAMERAS: Readonly<Partial<Record<NodeJS.Platform, { readonly format: string; readonly device: string }>>> = {
  darwin: { format: 'avfoundation', device: '0' },
  win32: { format: 'dshow', device: 'video=Integrated Camera' },
};
const LINUX_CAMERA = { format: 'v4l2', device: '/dev/video0' };

const options = z
  .strictObject({
    device: z
      .string()
      .min(1)
      .optional()
      .describe('Camera as ffmpeg names it. Default: /dev/video0 on Linux, 0 on macOS.'),
    format: z
      .string()
      .regex(/^[A-Za-z0-9_]+$/)
      .optional()
      .describe('Input format of ffmpeg: v4l2, avfoundation, dshow, lavfi (a test picture). Default: by platform.'),
    width: z.int().min(16).max(8192).optional().describe("Width to ask of the camera. Default: the camera's own."),
    height: z.int().min(16).max(8192).optional().describe("Height to ask of the camera. Default: the camera's own."),
    fps: z.number().positive().max(240).optional().describe("Pictures a second to ask for. Default: the camera's own."),
    maxWidth: z.int().min(16).max(16_384).optional().describe('Wider pictures are scaled down to this width.'),
    quality: jpegQualityOption.default(90),
    stallTimeout: duration('1s', '1h')
      .prefault('10s')
      .describe('A camera that sends nothing for so long is opened anew.'),
    sourceId: sourceIdOption,
  })
  .refine(({ width, height }) => (width === undefined) === (height === undefined), {
    error: 'give both width and height, or neither',
  });

type WebcamOptions = z.output<typeof options>;

/** A camera, or any other live input of ffmpeg. It comes back by itself when it was unplugged. */
export default defineSource({
  name: 'webcam',
  summary:
    'Pictures of a camera (or of any live input of ffmpeg), back by itself after it was unplugged; needs ffmpeg.',
  options,
  produces: 'frames',
  nature: () => ({ endless: true, live: true }),
  records,
});

async function* records(settings: WebcamOptions, context: SourceContext): AsyncGenerator<SourceRecord> {
  const { name, clock } = context;
  const { sourceId = name } = settings;
  const ffmpeg = await findFfmpeg(name);
  const session = createFrameSession({ sourceId, sourceName: name, kind: 'live', clock });
  const called = `camera ${deviceOf(settings).device}`;
  const input = { called, order: orderOf(settings), maxBackoffMs: MAX_BACKOFF_MS };
  for await (const { bytes } of livePictures(ffmpeg, input, context)) {
    yield session.frame(bytes, { contentType: 'image/jpeg' });
  }
}

function deviceOf({ format, device }: WebcamOptions): { readonly format: string; readonly device: string } {
  const usual = CAMERAS[process.platform] ?? LINUX_CAMERA;
  return { format: format ?? usual.format, device: device ?? usual.device };
}

function orderOf(settings: WebcamOptions): Omit<CaptureOrder, 'signal'> {
  const { maxWidth, quality, stallTimeout: stallTimeoutMs } = settings;
  return { input: inputOf(settings), maxWidth, quality, stallTimeoutMs };
}

/** `lavfi` makes pictures as fast as it can, so it alone is held to its own rate. */
function inputOf(settings: WebcamOptions): readonly string[] {
  const { format, device } = deviceOf(settings);
  const { width, height, fps } = settings;
  return [
    ...(format === 'lavfi' ? ['-re'] : ['-fflags', 'nobuffer', '-flags', 'low_delay']),
    ...['-f', format],
    ...(fps === undefined ? [] : ['-framerate', String(fps)]),
    ...(width === undefined || height === undefined ? [] : ['-video_size', `${width}x${height}`]),
    ...['-i', device],
  ];
}
