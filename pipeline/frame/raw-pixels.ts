/** Raw 8-bit pixels, row by row, no padding. */
export interface RawPixels {
  readonly format: 'rgb24';
  readonly width: number;
  readonly height: number;
}

const PATTERN = /^image\/x-raw;format=rgb24;width=([1-9]\d{0,5});height=([1-9]\d{0,5})$/;

/** `image/x-raw;format=rgb24;width=640;height=360`. */
export function rawContentType({ format, width, height }: RawPixels): string {
  return `image/x-raw;format=${format};width=${width};height=${height}`;
}

/** The geometry a content type names, or null where it names no raw pixels of ours. */
export function parseRawContentType(contentType: string): RawPixels | null {
  const match = PATTERN.exec(contentType);
  return match ? { format: 'rgb24', width: Number(match[1]), height: Number(match[2]) } : null;
}
