import { homedir, platform } from 'node:os';
import { join } from 'node:path';

/** Where what is fetched once is kept (the broker's jars, models): TAPLINE_HOME, else the user's cache folder. */
export function cacheDirectory(env: NodeJS.ProcessEnv = process.env): string {
  if (env['TAPLINE_HOME']) return env['TAPLINE_HOME'];
  if (env['XDG_CACHE_HOME']) return join(env['XDG_CACHE_HOME'], 'tapline');
  return platform() === 'darwin' ? join(homedir(), 'Library/Caches/tapline') : join(homedir(), '.cache/tapline');
}
