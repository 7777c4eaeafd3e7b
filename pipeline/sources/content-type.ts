const SIGNATURES: readonly (readonly [signature: RegExp, contentType: string])[] = [
  [/^\xff\xd8\xff/, 'image/jpeg'],
  [/^\x89PNG\r\n/, 'image/png'],
  [/^RIFF[^]{4}WEBP/, 'image/webp'],
  [/^GIF8[79]a/, 'image/gif'],
  [/^[^]{4}ftypavi[fs]/, 'image/avif'],
];
const HEAD_BYTES = 16;

/** What the first bytes of a file or an answer say it is; `application/octet-stream` where they are no known picture. */
export function contentTypeOf(bytes: Buffer): string {
  const head = bytes.toString('latin1', 0, HEAD_BYTES);
  return SIGNATURES.find(([signature]) => signature.test(head))?.[1] ?? 'application/octet-stream';
}
