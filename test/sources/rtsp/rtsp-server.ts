import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** Debian's bindings belong to Debian's Python, which others may stand before on the PATH. */
const PYTHONS = ['/usr/bin/python3', 'python3'];
const IMPORTS = "import gi; gi.require_version('GstRtspServer', '1.0')";
const python = PYTHONS.find((name) => spawnSync(name, ['-c', IMPORTS], { stdio: 'ignore' }).status === 0);

/** Appended to the name of a suite that is skipped, so that the report says why. */
export const rtspServer = {
  missing: python === undefined,
  why: python === undefined ? ' (skipped: gir1.2-gst-rtsp-server-1.0 is not installed)' : '',
};

export interface RtspServer {
  readonly port: number;
  readonly url: string;
  /** Ends at once, as a camera does whose plug is pulled. */
  kill(): Promise<void>;
}

export interface RtspServerOptions {
  /** Any free one when left out. */
  readonly port?: number;
  readonly width: number;
  readonly height: number;
  readonly login?: readonly [name: string, password: string] | undefined;
}

/** A camera that shows a test picture in H.264, ten a second. */
export async function startRtspServer({ port = 0, width, height, login }: RtspServerOptions): Promise<RtspServer> {
  const script = join(import.meta.dirname, 'rtsp-server.py');
  const child = spawn(python ?? 'python3', [script, ...[port, width, height].map(String), ...(login ?? [])], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [bound] = (await Promise.race([once(createInterface(child.stdout), 'line'), endOf(child)])) as [string];
  return {
    port: Number(bound),
    url: `rtsp://127.0.0.1:${bound}/camera`,
    kill: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}

async function endOf(child: ChildProcess): Promise<never> {
  const [code] = (await once(child, 'exit')) as [number | null];
  throw new Error(`the RTSP server ended with ${String(code)} instead of listening`);
}
