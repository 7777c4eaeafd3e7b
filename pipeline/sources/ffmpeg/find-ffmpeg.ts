import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { UserError, messageOf } from '../../errors/pipeline-error.ts';

const INSTALL: Readonly<Partial<Record<NodeJS.Platform, string>>> = {
  linux: 'sudo apt-get install ffmpeg (or dnf, apk, pacman)',
  darwin: 'brew install ffmpeg',
  win32: 'choco install ffmpeg',
};

/** The ffmpeg on the PATH. */
export interface Ffmpeg {
  readonly command: string;
  /** Arguments that give every decoded frame once: no copies, no drops to hold a rate. */
  readonly everyFrameOnce: readonly string[];
}

/** @throws UserError SOURCE_TOOL_MISSING with how to install it. */
export async function findFfmpeg(source: string, command = 'ffmpeg'): Promise<Ffmpeg> {
  try {
    const { stdout } = await promisify(execFile)(command, ['-hide_banner', '-version']);
    return { command, everyFrameOnce: [isBefore51(stdout) ? '-vsync' : '-fps_mode', 'passthrough'] };
  } catch (cause) {
    const mend = `install it: ${INSTALL[process.platform] ?? 'see https://ffmpeg.org/download.html'}`;
    const message = `source "${source}" needs ffmpeg, which does not run here (${messageOf(cause).trim()}); ${mend}`;
    throw new UserError('SOURCE_TOOL_MISSING', message, { cause });
  }
}

/** `-fps_mode` came with 5.1, `-vsync` goes with 8; builds from git have no such number and are new. */
function isBefore51(banner: string): boolean {
  const [, major, minor] = /^ffmpeg version n?(\d+)\.(\d+)/.exec(banner) ?? [];
  return major !== undefined && Number(major) + Number(minor) / 10 < 5.1;
}
