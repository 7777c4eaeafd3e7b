import type sharp from 'sharp';

export type Sharp = typeof sharp;

/** Pictures one worker usefully has under way: one in libvips while another is read or handed on. */
export const PICTURES_AT_ONCE = 2;

/** Loads sharp on first use, set for a worker that handles one different picture after the other. */
export async function loadSharp(): Promise<Sharp> {
  const { default: loaded } = await import('sharp');
  loaded.concurrency(1);
  loaded.cache(false);
  return loaded;
}
