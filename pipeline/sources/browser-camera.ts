import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { defineSource, type SourceContext, type SourceRecord } from '../ports/source.ts';
import { duration } from '../topology/duration.ts';
import { size } from '../topology/size.ts';
import { listen } from '../web/listen.ts';
import { isLoopback } from '../web/loopback.ts';
import { tokenText } from '../web/network-options.ts';
import { CameraServer } from './browser-camera/camera-server.ts';
import { Cameras } from './browser-camera/cameras.ts';
import { ownCertificate, readCertificate, type Certificate } from './browser-camera/certificate.ts';
import { FrameDoor } from './browser-camera/frame-door.ts';
import { invitationTo, type Invitation } from './browser-camera/invitation.ts';
import { keptFile } from './browser-camera/kept-file.ts';
import { nameForOthers, ownNames } from './browser-camera/reachable.ts';
import { ResultRelay } from './browser-camera/result-relay.ts';
import { Intake } from './intake.ts';
import { jpegQualityOption, sourceIdOption } from './source-id.ts';

/** Pictures of all pages that may wait for the broker. */
const MAX_WAITING = 16;
const TOKEN_BYTES = 18;

const options = z
  .strictObject({
    host: z
      .string()
      .min(1)
      .default('127.0.0.1')
      .describe('Address to listen on; 0.0.0.0 opens the page to phones on the network, over HTTPS and with a token.'),
    port: z.int().min(0).max(65_535).default(8091).describe('Port to listen on; 0: any free one.'),
    viewer: z
      .url({ protocol: /^https?$/, error: 'must be the address of a viewer such as http://127.0.0.1:8080/' })
      .optional()
      .describe(
        'Address of the viewer whose pictures the page shows; the source fetches them, so the viewer may listen to this machine alone.',
      ),
    width: z.int().min(160).max(1920).default(640).describe('Width of the pictures; the page can choose another.'),
    fps: z.number().min(0.2).max(30).default(10).describe('Pictures a second; the page can choose another rate.'),
    quality: jpegQualityOption.default(80),
    token: tokenText
      .optional()
      .describe(
        'What the page is asked for before it sends; write it as ${secret:NAME}. Default: where others can reach it, one is made, kept and shown in its address; else none.',
      ),
    https: z.boolean().optional().describe('Default: true where others can reach it, as browsers demand.'),
    cert: z.string().min(1).optional().describe('File of a certificate (PEM). Default: a self-made one, kept.'),
    key: z.string().min(1).optional().describe('File of the key of cert (PEM).'),
    address: z
      .url({ protocol: /^https?$/, error: 'must be an address such as https://camera.example/camera/' })
      .optional()
      .describe('Address of the page where a proxy stands before it; in the QR code.'),
    title: z.string().min(1).max(100).optional().describe('Heading of the page. Default: the name of the source.'),
    maxBytes: size('1KB', '8MB').prefault('2MB').describe('Largest picture.'),
    timeout: duration('100ms', '1m')
      .prefault('5s')
      .describe('Longest wait for the broker until a picture is answered with 503 and Retry-After.'),
    sourceId: sourceIdOption,
  })
  .refine(({ cert, key }) => (cert === undefined) === (key === undefined), {
    error: 'give both cert and key, or neither',
  })
  .refine(({ cert, https }) => cert === undefined || https !== false, {
    error: 'cert and key are for https; take https: false away',
  });

type BrowserCameraOptions = z.output<typeof options>;

/** A page that is the camera: the laptop it is opened on, or a phone that has read its QR code. */
export default defineSource({
  name: 'browser-camera',
  summary:
    'A web page whose camera is the source: a laptop or a phone sends its pictures, no faster than they are taken, and shows what became of them.',
  options,
  produces: 'frames',
  nature: () => ({ endless: true, live: true }),
  records,
});

async function* records(settings: BrowserCameraOptions, context: SourceContext): AsyncGenerator<SourceRecord> {
  const { name, clock, log, signal } = context;
  const { host, port, viewer, title = name, sourceId = name, maxBytes, timeout, fps, width, quality } = settings;
  const intake = new Intake({ maxWaiting: MAX_WAITING });
  const token = await tokenOf(settings);
  const certificate = await certificateOf(settings, context);
  let invitation: Invitation | null = null;
  const server = new CameraServer({
    ...{ name, title, token, certificate, clock, log },
    door: new FrameDoor({ cameras: new Cameras(name, clock), intake, clock, maxBytes, timeout, sourceId }),
    relay: viewer === undefined ? null : new ResultRelay(viewer),
    setup: {
      camera: sourceId,
      fps,
      width,
      quality,
      viewer: viewer !== undefined,
      selfMade: certificate !== null && settings.cert === undefined,
    },
    invitation: () => invitation,
  });
  const listening = await listen(server.http, { part: 'source', name, host, port });
  const own = `${certificate ? 'https' : 'http'}://${nameForOthers(host)}:${listening}/`;
  const address = settings.address ?? own;
  if (isOpen(settings) && token !== null) {
    invitation = await invitationTo({ address, token, isSecret: settings.token !== undefined });
    process.stdout.write(`${invitation.text}\n`);
  }
  context.announce(invitation?.shown ?? address);
  try {
    yield* intake.records(signal);
  } finally {
    await server.close();
  }
}

/** Whether other devices can come to the page. */
function isOpen({ host, address }: BrowserCameraOptions): boolean {
  return !isLoopback(host) || address !== undefined;
}

/** The chosen one, or where others can come one that is made once and kept. */
async function tokenOf(settings: BrowserCameraOptions): Promise<string | null> {
  if (settings.token !== undefined) return settings.token;
  if (!isOpen(settings)) return null;
  const kept = keptFile('token');
  return (await kept.read()) ?? kept.keep(randomBytes(TOKEN_BYTES).toString('base64url'));
}

async function certificateOf(
  { cert, key, https, host }: BrowserCameraOptions,
  { name, baseDirectory, clock }: SourceContext,
): Promise<Certificate | null> {
  if (cert !== undefined && key !== undefined) return readCertificate({ cert, key }, { source: name, baseDirectory });
  if (!(https ?? !isLoopback(host))) return null;
  return ownCertificate(ownNames(), clock.nowMs());
}
