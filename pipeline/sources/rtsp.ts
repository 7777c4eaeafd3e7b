import { z } from 'zod';
import { createFrameSession } from '../frame/frame-session.ts';
import { defineSource, type SourceContext, type SourceRecord } from '../ports/source.ts';
import { duration } from '../topology/duration.ts';
import { findFfmpeg } from './ffmpeg/find-ffmpeg.ts';
import { livePictures } from './ffmpeg/live-pictures.ts';
import { jpegQualityOption, sourceIdOption } from './source-id.ts';

const address = z
  .string()
  .refine((url) => /^rtsps?:\/\/[^/]/.test(url) && URL.canParse(url), {
    error: 'must be an address like rtsp://camera.local:554/stream1',
  })
  .refine((url) => !URL.canParse(url) || new URL(url).username + new URL(url).password === '', {
    error: 'must not hold a name and a password; write username: and password: ${secret:NAME} beside it',
  });

const options = z
  .strictObject({
    url: address.describe('Address of the stream, without name and password: rtsp://camera.local:554/stream1.'),
    username: z.string().min(1).optional().describe('Name to log in with. Default: no log-in.'),
    password: z.string().min(1).optional().describe('Password to log in with; write it as ${secret:NAME}.'),
    transport: z
      .enum(['tcp', 'udp'])
      .default('tcp')
      .describe('How pictures travel: tcp loses none; udp where a camera knows nothing else.'),
    maxWidth: z.int().min(16).max(16_384).optional().describe('Wider pictures are scaled down to this width.'),
    quality: jpegQualityOption.default(90),
    stallTimeout: duration('1s', '1h')
      .prefault('10s')
      .describe('A camera that sends nothing for so long is opened anew; also the time it has to answer.'),
    maxBackoff: duration('500ms', '1h')
      .prefault('5s')
      .describe('Longest wait between two tries to reach a camera that is away; the first is 500 ms.'),
    sourceId: sourceIdOption,
  })
  .refine(({ username, password }) => (username === undefined) === (password === undefined), {
    error: 'give both username and password, or neither',
  });

type RtspOptions = z.output<typeof options>;

/** A network camera. It comes back by itself when it was away, also with pictures of another size. */
export default defineSource({
  name: 'rtsp',
  summary: 'Pictures of a network camera by RTSP, back by itself after it was away; needs ffmpeg.',
  options,
  produces: 'frames',
  nature: () => ({ endless: true, live: true }),
  records,
});

async function* records(settings: RtspOptions, context: SourceContext): AsyncGenerator<SourceRecord> {
  const { name, clock } = context;
  const { sourceId = name, maxWidth, quality, stallTimeout: stallTimeoutMs, maxBackoff: maxBackoffMs } = settings;
  const ffmpeg = await findFfmpeg(name);
  const session = createFrameSession({ sourceId, sourceName: name, kind: 'live', clock });
  const input = {
    called: `camera ${placeOf(settings)}`,
    order: { input: inputOf(settings), maxWidth, quality, stallTimeoutMs },
    maxBackoffMs,
    redact: (words: string) => withoutLogin(words, settings),
  };
  for await (const { bytes } of livePictures(ffmpeg, input, context)) {
    yield session.frame(bytes, { contentType: 'image/jpeg' });
  }
}

function inputOf(settings: RtspOptions): readonly string[] {
  return [
    // What a picture is like is in its stream: looking at many before the first comes would only make it late.
    ...['-fflags', 'nobuffer', '-flags', 'low_delay', '-fpsprobesize', '0', '-analyzeduration', '1000000'],
    ...['-rtsp_transport', settings.transport, '-allowed_media_types', 'video'],
    ...['-i', loginOf(settings)],
  ];
}

/** The address with name and password, which ffmpeg takes in no other way. */
function loginOf({ url, username = '', password = '' }: RtspOptions): string {
  const login = new URL(url);
  login.username = encodeURIComponent(username);
  login.password = encodeURIComponent(password);
  return login.href;
}

/** Where a camera is, for people. Some cameras take the password in the path or the query, so neither is told. */
function placeOf({ url }: RtspOptions): string {
  const { protocol, host } = new URL(url);
  return `${protocol}//${host}`;
}

/** ffmpeg names the address it was given when it cannot be opened. */
function withoutLogin(words: string, settings: RtspOptions): string {
  const plain = words.replace(/\[\w+ @ 0x[0-9a-f]+\] /g, '');
  return plain.replace(/\brtsps?:\/\/\S*?(?=:?(\s|$))/g, placeOf(settings));
}
