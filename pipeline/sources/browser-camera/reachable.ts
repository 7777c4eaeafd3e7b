import { hostname, networkInterfaces, type NetworkInterfaceInfo } from 'node:os';
import { isLoopback, reachableName } from '../../web/loopback.ts';

type Interfaces = NodeJS.Dict<NetworkInterfaceInfo[]>;

/** All names and addresses other devices may call this machine by, its own for itself first. */
export function ownNames(interfaces: Interfaces = networkInterfaces()): readonly string[] {
  return ['localhost', '127.0.0.1', '::1', hostname(), `${hostname()}.local`, ...outerAddresses(interfaces)];
}

/** The name by which others reach what listens on `host`; by itself, where it has no network or listens to itself only. */
export function nameForOthers(host: string, interfaces: Interfaces = networkInterfaces()): string {
  if (isLoopback(host)) return reachableName(host);
  const isAny = host === '0.0.0.0' || host === '::';
  return (isAny ? outerAddresses(interfaces)[0] : undefined) ?? reachableName(host);
}

/** IPv4 alone: short to type, and those of IPv6 change by the day. */
function outerAddresses(interfaces: Interfaces): readonly string[] {
  return Object.values(interfaces)
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal, family }) => !internal && family === 'IPv4')
    .map(({ address }) => address);
}
