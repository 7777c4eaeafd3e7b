import { fileURLToPath } from 'node:url';

const projectRoot = new URL('../', import.meta.url);

/**
 * Path of a module to start as a process or a worker thread, given beside the caller: `compiledEntry('./thread.ts',
 * import.meta.url)`. From source (tests) it is the compiled twin under dist/, since Node 20 runs no TypeScript.
 */
export function compiledEntry(relative: string, callerUrl: string): string {
  const target = new URL(relative, callerUrl);
  if (!callerUrl.endsWith('.ts')) return fileURLToPath(target).replace(/\.ts$/, '.js');
  const inProject = target.href.slice(projectRoot.href.length).replace(/\.ts$/, '.js');
  return fileURLToPath(new URL(`dist/${inProject}`, projectRoot));
}
