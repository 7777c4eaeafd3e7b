const OFFSET_BASIS = 0xcbf29ce484222325n;
const PRIME = 0x100000001b3n;

/** A W3C span id (16 hexadecimal digits) for a record's id: its 64-bit FNV-1a hash. */
export function spanIdOf(id: string): string {
  let hash = OFFSET_BASIS;
  for (let index = 0; index < id.length; index++) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(id.charCodeAt(index))) * PRIME);
  }
  return hash.toString(16).padStart(16, '0');
}
