const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i;

/** Whether an address, or the `Host` of a request, is this machine's own. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host.replace(/(?<=[\w.\]]):\d+$/, ''));
}

/** A name that programs on this machine can reach what listens on `host` by. */
export function reachableName(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}
