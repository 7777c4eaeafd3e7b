/** A picture of 8-bit RGB rows that sprites are drawn into. */
export interface Canvas {
  readonly width: number;
  readonly height: number;
  readonly rgb: Uint8Array;
}

/**
 * A picture with transparency, made for drawing it often: opaque stretches are copied as a whole, and only the few
 * pixels of soft edges are mixed one by one.
 */
export interface Sprite {
  readonly width: number;
  readonly height: number;
  readonly rgb: Uint8Array;
  /** Opaque stretches: y, first x, x after the last, and so on. */
  readonly stretches: Int32Array;
  /** Soft pixels: y, x, alpha 1..254, and so on. */
  readonly softPixels: Int32Array;
}

/** Makes a sprite of 8-bit RGBA pixels, row by row. */
export function createSprite(width: number, height: number, rgba: Uint8Array): Sprite {
  const rgb = new Uint8Array(width * height * 3);
  const stretches: number[] = [];
  const softPixels: number[] = [];
  for (let y = 0; y < height; y++) {
    let firstX = -1;
    for (let x = 0; x <= width; x++) {
      const from = (y * width + x) * 4;
      const alpha = x < width ? (rgba[from + 3] ?? 0) : 0;
      if (alpha > 0) rgb.set(rgba.subarray(from, from + 3), (y * width + x) * 3);
      if (alpha === 255 && firstX < 0) firstX = x;
      if (alpha < 255 && firstX >= 0) {
        stretches.push(y, firstX, x);
        firstX = -1;
      }
      if (alpha > 0 && alpha < 255) softPixels.push(y, x, alpha);
    }
  }
  return { width, height, rgb, stretches: Int32Array.from(stretches), softPixels: Int32Array.from(softPixels) };
}

/** Draws a sprite with its top-left corner at whole pixels; what lies outside the canvas is cut off. */
export function drawSprite(canvas: Canvas, sprite: Sprite, at: { readonly x: number; readonly y: number }): void {
  drawStretches(canvas, sprite, at);
  drawSoftPixels(canvas, sprite, at);
}

function drawStretches(canvas: Canvas, { width, rgb, stretches }: Sprite, at: { x: number; y: number }): void {
  for (let index = 0; index < stretches.length; index += 3) {
    const y = stretches[index] ?? 0;
    const targetY = at.y + y;
    if (targetY < 0 || targetY >= canvas.height) continue;
    const firstX = Math.max(stretches[index + 1] ?? 0, -at.x);
    const endX = Math.min(stretches[index + 2] ?? 0, canvas.width - at.x);
    if (firstX >= endX) continue;
    const pixels = rgb.subarray((y * width + firstX) * 3, (y * width + endX) * 3);
    canvas.rgb.set(pixels, (targetY * canvas.width + at.x + firstX) * 3);
  }
}

function drawSoftPixels(canvas: Canvas, { width, rgb, softPixels }: Sprite, at: { x: number; y: number }): void {
  for (let index = 0; index < softPixels.length; index += 3) {
    const y = softPixels[index] ?? 0;
    const x = softPixels[index + 1] ?? 0;
    const [targetX, targetY] = [at.x + x, at.y + y];
    if (targetX < 0 || targetX >= canvas.width || targetY < 0 || targetY >= canvas.height) continue;
    const alpha = softPixels[index + 2] ?? 0;
    const from = (y * width + x) * 3;
    const to = (targetY * canvas.width + targetX) * 3;
    for (let channel = 0; channel < 3; channel++) {
      const below = canvas.rgb[to + channel] ?? 0;
      canvas.rgb[to + channel] = below + Math.round((((rgb[from + channel] ?? 0) - below) * alpha) / 255);
    }
  }
}
